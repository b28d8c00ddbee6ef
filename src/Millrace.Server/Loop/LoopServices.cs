using Millrace.Jobs;
using Millrace.Loop.Backtest;
using Millrace.Loop.Declared;
using Millrace.Loop.Reconciling;
using Millrace.Loop.Redeployment;
using Millrace.Loop.Retraining;
using Millrace.Loop.Triggers;
using Millrace.Monitoring.Feedback;
using Millrace.Serving.Routing;
using Millrace.Storage;

namespace Millrace.Loop;

public static class LoopServices
{
    public static IServiceCollection AddLoop(this IServiceCollection services)
    {
        services.AddSettings<LoopOptions>("Loop");
        return services
            .AddSingleton<LoopSignal>()
            .AddScoped<ApplyLoop>()
            .AddScoped<DeclaredEndpoints>()
            .AddScoped<IDeclaredEndpoints, DeclaredEndpoints>()
            .AddScoped<ShowLoops>()
            .AddScoped<ObserveLoop>()
            .AddScoped<ReconcileLoop>()
            .AddScoped<StartLoopRuns>()
            .AddScoped<ReleaseVersion>()
            .AddScoped<PrepareEndpoint>()
            .AddScoped<TakeJoined>()
            .AddScoped<ReconcileRollouts>()
            .AddSingleton<IEvidenceListener, WakeOnEvidence>()
            .AddScoped<BeginRetraining>()
            .AddScoped<EndRetraining>()
            .AddScoped<RetrainLoop>()
            .AddScoped<ReconcileTriggers>()
            .AddScoped<StartBacktest>()
            .AddScoped<ShowBacktests>()
            .AddScoped<IJobHandler, BacktestHandler>()
            .AddHostedService<LoopController>();
    }

    public static void MapLoop(this IEndpointRouteBuilder api)
    {
        api.MapLoops();
        api.MapBacktests();
    }
}
