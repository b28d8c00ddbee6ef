using Millrace.Core;

namespace Millrace.Api;

public sealed partial class MillraceClient
{
    public Task<ApplyView> ApplyAsync(ApplyRequest request, CancellationToken ct) =>
        SendAsync<ApplyView>(HttpMethod.Post, "api/loops", request, ct);

    public Task<IReadOnlyList<LoopSummary>> LoopsAsync(CancellationToken ct) =>
        GetAsync<IReadOnlyList<LoopSummary>>("api/loops", ct);

    public Task<LoopView> LoopAsync(LoopName loop, CancellationToken ct) => GetAsync<LoopView>($"api/loops/{loop}", ct);

    /// <summary>Starts a retraining now. Refused while one is under way.</summary>
    public Task<LoopView> RetrainAsync(LoopName loop, RetrainRequest request, CancellationToken ct) =>
        SendAsync<LoopView>(HttpMethod.Post, $"api/loops/{loop}/retrain", request, ct);

    /// <summary>Starts a backtest; follow it by <see cref="BacktestAsync"/>.</summary>
    public Task<BacktestView> StartBacktestAsync(BacktestRequest request, CancellationToken ct) =>
        SendAsync<BacktestView>(HttpMethod.Post, "api/backtests", request, ct);

    public Task<IReadOnlyList<BacktestSummary>> BacktestsAsync(CancellationToken ct) =>
        GetAsync<IReadOnlyList<BacktestSummary>>("api/backtests", ct);

    public Task<BacktestView> BacktestAsync(string id, CancellationToken ct) =>
        GetAsync<BacktestView>($"api/backtests/{Uri.EscapeDataString(id)}", ct);
}
