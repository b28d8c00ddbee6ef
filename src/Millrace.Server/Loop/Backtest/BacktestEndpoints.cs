using Microsoft.AspNetCore.Http.HttpResults;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Loop.Backtest;

internal static class BacktestEndpoints
{
    public static void MapBacktests(this IEndpointRouteBuilder api)
    {
        var backtests = api.MapGroup("/backtests").WithTags("Backtests");
        backtests.MapPost("", StartAsync).ProducesProblem(400);
        backtests.MapGet("", ListAsync);
        backtests.MapGet("/{id}", ShowAsync).ProducesProblem(404);
    }

    private static async Task<Accepted<BacktestView>> StartAsync(
        BacktestRequest request,
        StartBacktest start,
        CancellationToken ct
    )
    {
        var view = await start.RunAsync(request, ct);
        return TypedResults.Accepted($"/api/backtests/{view.Id}", view);
    }

    private static async Task<Ok<IReadOnlyList<BacktestSummary>>> ListAsync(ShowBacktests show, CancellationToken ct) =>
        TypedResults.Ok(await show.ListAsync(ct));

    private static async Task<Ok<BacktestView>> ShowAsync(JobId id, ShowBacktests show, CancellationToken ct) =>
        TypedResults.Ok(await show.OneAsync(id, ct));
}
