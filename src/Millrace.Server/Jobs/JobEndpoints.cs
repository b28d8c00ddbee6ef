using Microsoft.AspNetCore.Http.HttpResults;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Jobs;

internal static class JobEndpoints
{
    public static void MapJobEndpoints(this IEndpointRouteBuilder api)
    {
        var jobs = api.MapGroup("/jobs").WithTags("Jobs");
        jobs.MapGet("", ListAsync).ProducesProblem(400);
        jobs.MapGet("/{id}", ShowAsync).ProducesProblem(404);
        jobs.MapGet("/{id}/log", LogAsync).ProducesProblem(404);
        jobs.MapPost("/{id}/cancel", CancelAsync).ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<Ok<IReadOnlyList<JobView>>> ListAsync(
        ShowJobs show,
        CancellationToken ct,
        int limit = 50
    ) => TypedResults.Ok(await show.ListAsync(limit, ct));

    private static async Task<Ok<JobView>> ShowAsync(JobId id, ShowJobs show, CancellationToken ct) =>
        TypedResults.Ok(await show.OneAsync(id, ct));

    private static async Task<ContentHttpResult> LogAsync(JobId id, ShowJobs show, CancellationToken ct) =>
        TypedResults.Text(await show.LogAsync(id, ct));

    private static async Task<NoContent> CancelAsync(JobId id, CancelJob cancel, CancellationToken ct)
    {
        await cancel.RunAsync(id, ct);
        return TypedResults.NoContent();
    }
}
