using Microsoft.AspNetCore.Http.HttpResults;
using Millrace.Api;
using Millrace.Core;
using Millrace.Loop.Retraining;

namespace Millrace.Loop.Declared;

internal static class LoopEndpoints
{
    public static void MapLoops(this IEndpointRouteBuilder api)
    {
        var loops = api.MapGroup("/loops").WithTags("Loops");
        loops.MapPost("", ApplyAsync).ProducesProblem(400);
        loops.MapGet("", ListAsync);
        loops.MapGet("/{loop}", ShowAsync).ProducesProblem(404);
        loops.MapPost("/{loop}/retrain", RetrainAsync).ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<Ok<ApplyView>> ApplyAsync(ApplyRequest request, ApplyLoop apply, CancellationToken ct) =>
        TypedResults.Ok(await apply.RunAsync(request, ct));

    private static async Task<Ok<IReadOnlyList<LoopSummary>>> ListAsync(ShowLoops show, CancellationToken ct) =>
        TypedResults.Ok(await show.ListAsync(ct));

    private static async Task<Ok<LoopView>> RetrainAsync(
        LoopName loop,
        RetrainRequest request,
        RetrainLoop retrain,
        ShowLoops show,
        CancellationToken ct
    )
    {
        await retrain.RunAsync(loop, request.Reason, ct);
        return TypedResults.Ok(await show.OneAsync(loop, ct));
    }

    private static async Task<Ok<LoopView>> ShowAsync(LoopName loop, ShowLoops show, CancellationToken ct) =>
        TypedResults.Ok(await show.OneAsync(loop, ct));
}
