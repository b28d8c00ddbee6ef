using Millrace.Experiments.Tracking;
using Millrace.Jobs;
using Millrace.Models.Evaluation;
using Millrace.Models.Packaging;
using Millrace.Models.Registry;

namespace Millrace.Models;

public static class ModelsServices
{
    public static IServiceCollection AddModels(this IServiceCollection services) =>
        services
            .AddScoped<IRunModels, RunModels>()
            .AddScoped<RegisterRun>()
            .AddScoped<FindVersion>()
            .AddScoped<ShowModels>()
            .AddScoped<ShowVersion>()
            .AddScoped<DescribeModel>()
            .AddScoped<MoveAlias>()
            .AddScoped<IJobHandler, EvaluateHandler>()
            .AddScoped<StartGates>()
            .AddScoped<RegisterByHand>()
            .AddSingleton<PackageStore>();

    public static void MapModels(this IEndpointRouteBuilder api) => api.MapModelEndpoints();
}
