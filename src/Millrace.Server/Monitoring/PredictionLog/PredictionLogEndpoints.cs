using Microsoft.AspNetCore.Http.HttpResults;
using Millrace.Api;
using Millrace.Core;
using Millrace.Serving.Routing;

namespace Millrace.Monitoring.PredictionLog;

internal static class PredictionLogEndpoints
{
    public static void MapPredictionLog(this IEndpointRouteBuilder api)
    {
        api.MapGet("/endpoints/{endpoint}/predictions", ListAsync)
            .WithTags("Predictions")
            .ProducesProblem(400)
            .ProducesProblem(404);
        api.MapPost("/predictions/compact", CompactAsync).WithTags("Predictions");
    }

    private static async Task<Ok<IReadOnlyList<LoggedPrediction>>> ListAsync(
        EndpointName endpoint,
        SwitchVersion deployments,
        ListPredictions list,
        CancellationToken ct,
        int limit = 50
    )
    {
        _ = await deployments.DemandAsync(endpoint, ct);
        return TypedResults.Ok(list.Run(endpoint, limit, ct));
    }

    private static async Task<Ok<CompactionView>> CompactAsync(CompactPredictions compact, CancellationToken ct) =>
        TypedResults.Ok(await compact.RunAsync(TimeSpan.Zero, ct));
}
