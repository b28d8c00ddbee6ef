using Millrace.Data.Catalog;
using Millrace.Monitoring.Alerts;
using Millrace.Monitoring.Drift;
using Millrace.Monitoring.Feedback;
using Millrace.Monitoring.PredictionLog;
using Millrace.Serving;
using Millrace.Serving.Autoscaling;
using Millrace.Storage;

namespace Millrace.Monitoring;

public static class MonitoringServices
{
    public static IServiceCollection AddMonitoring(this IServiceCollection services)
    {
        services.AddSettings<PredictionLogOptions>("Monitoring:PredictionLog");
        services.AddSettings<FeedbackOptions>("Monitoring:Feedback");
        services.AddSettings<AlertOptions>("Monitoring:Alerts");
        return services.AddPredictionLog().AddFeedback().AddAlerts();
    }

    public static void MapMonitoring(this IEndpointRouteBuilder api)
    {
        api.MapPredictionLog();
        api.MapMonitors();
        api.MapOutcomes();
        api.MapAlerts();
    }

    /// <summary>The address that outcomes are told to: outside of /api, beside that of predictions.</summary>
    public static void MapFeedback(this IEndpointRouteBuilder app) => app.MapOutcomes();

    private static IServiceCollection AddPredictionLog(this IServiceCollection services) =>
        services
            .AddSingleton<LogFolder>()
            .AddSingleton<FileLog>()
            .AddSingleton<IPredictionSink>(p => p.GetRequiredService<FileLog>())
            .AddHostedService(p => p.GetRequiredService<FileLog>())
            .AddSingleton<CompactPredictions>()
            .AddHostedService<CompactionSchedule>()
            .AddSingleton<ListPredictions>()
            .AddSingleton<ReadLog>();

    private static IServiceCollection AddFeedback(this IServiceCollection services) =>
        services
            .AddSingleton<WriteTurn>()
            .AddSingleton<JoinSignal>()
            .AddSingleton<JoinState>()
            .AddSingleton<FindFacts>()
            .AddSingleton<KeepOutcomes>()
            .AddSingleton<JoinOutcomes>()
            .AddSingleton<ILogFollower>(p => p.GetRequiredService<JoinOutcomes>())
            .AddHostedService(p => p.GetRequiredService<JoinOutcomes>())
            .AddScoped<JoinSweep>()
            .AddScoped<RecallState>()
            .AddScoped<JudgeOutcome>()
            .AddScoped<PrimeBaseline>()
            .AddScoped<MatchOutcomes>()
            .AddScoped<ReadPast>()
            .AddScoped<ForgetOld>()
            .AddScoped<RaiseWarnings>()
            .AddScoped<DeclareMonitor>()
            .AddScoped<ReadHarm>()
            .AddScoped<ReadLosses>()
            .AddScoped<ReadShift>()
            .AddScoped<ExportJoined>()
            .AddScoped<IQueryTables, MonitoredTables>()
            .AddScoped<JoinedParquet>()
            .AddScoped<CountOutcomes>()
            .AddScoped<ShowMonitors>();

    private static IServiceCollection AddAlerts(this IServiceCollection services) =>
        services
            .AddSingleton<AlertSignal>()
            .AddScoped<RaiseAlert>()
            .AddScoped<ListAlerts>()
            .AddSingleton<IReplicaDeaths, TellOfDeaths>()
            .AddScoped<SeeAlert>()
            .AddHostedService<DeliverAlerts>();
}
