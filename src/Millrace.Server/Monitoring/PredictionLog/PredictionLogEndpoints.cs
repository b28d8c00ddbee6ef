using Microsoft.AspNetCore.Http.HttpResults;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Monitoring.PredictionLog;

internal static class PredictionLogEndpoints
{
    public static void MapPredictionLog(this IEndpointRouteBuilder api)
    {
        api.MapGet("/endpoints/{endpoint}/predictions", List).WithTags("Predictions").ProducesProblem(400);
        api.MapPost("/predictions/compact", CompactAsync).WithTags("Predictions");
    }

    private static Ok<IReadOnlyList<LoggedPrediction>> List(
        EndpointName endpoint,
        ListPredictions list,
        CancellationToken ct,
        int limit = 50
    ) => TypedResults.Ok(list.Run(endpoint, limit, ct));

    private static async Task<Ok<CompactionView>> CompactAsync(CompactPredictions compact, CancellationToken ct) =>
        TypedResults.Ok(await compact.RunAsync(TimeSpan.Zero, ct));
}
