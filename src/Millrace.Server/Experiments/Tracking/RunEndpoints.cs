using Microsoft.AspNetCore.Http.HttpResults;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Experiments.Tracking;

internal static class RunEndpoints
{
    public static void MapRuns(this IEndpointRouteBuilder api)
    {
        var runs = api.MapGroup("/runs").WithTags("Runs");
        runs.MapGet("", ListAsync).ProducesProblem(400);
        runs.MapGet("/{id}", ShowAsync).ProducesProblem(404);
        runs.MapGet("/{id}/metrics/{key}", MetricAsync).ProducesProblem(404);
        runs.MapGet("/{id}/log", LogAsync).ProducesProblem(404);
        runs.MapPost("/{id}/cancel", CancelAsync).ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<Ok<Page<RunSummary>>> ListAsync(
        ListRuns list,
        CancellationToken ct,
        ExperimentName? experiment = null,
        int limit = 50,
        int offset = 0
    ) => TypedResults.Ok(await list.RunAsync(experiment, limit, offset, ct));

    private static async Task<Ok<RunView>> ShowAsync(RunId id, ShowRun show, CancellationToken ct) =>
        TypedResults.Ok(await show.RunAsync(id, ct));

    private static async Task<Ok<IReadOnlyList<MetricPoint>>> MetricAsync(
        RunId id,
        string key,
        ShowRun show,
        CancellationToken ct
    ) => TypedResults.Ok(await show.MetricAsync(id, key, ct));

    private static async Task<ContentHttpResult> LogAsync(RunId id, ShowRun show, CancellationToken ct) =>
        TypedResults.Text(await show.LogAsync(id, ct));

    private static async Task<NoContent> CancelAsync(RunId id, CancelRun cancel, CancellationToken ct)
    {
        await cancel.RunAsync(id, ct);
        return TypedResults.NoContent();
    }
}
