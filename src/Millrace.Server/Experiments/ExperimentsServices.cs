using Millrace.Experiments.Tracking;
using Millrace.Jobs;

namespace Millrace.Experiments;

public static class ExperimentsServices
{
    public static IServiceCollection AddExperiments(this IServiceCollection services) =>
        services
            .AddScoped<IJobHandler, TrainHandler>()
            .AddScoped<RecordPoints>()
            .AddScoped<StartRun>()
            .AddScoped<CancelRun>()
            .AddScoped<FindRun>()
            .AddScoped<ListRuns>()
            .AddScoped<ShowRun>();

    public static void MapExperiments(this IEndpointRouteBuilder api) => api.MapRuns();
}
