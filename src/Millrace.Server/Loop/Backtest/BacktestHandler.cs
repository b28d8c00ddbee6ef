using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Jobs;
using Millrace.Storage;

namespace Millrace.Loop.Backtest;

/// <summary>What a backtest's job says; the result itself stands in the backtest's own row.</summary>
internal sealed record BacktestDone(string Backtest);

/// <summary>Keeps what a backtest found. History and models were for it alone, and go with the job's folder.</summary>
internal sealed class BacktestHandler(MillraceDb db) : IJobHandler
{
    public string Kind => BacktestSpec.Kind;

    public Task StartedAsync(JobRow job, CancellationToken ct) => Task.CompletedTask;

    public Task MeasuredAsync(JobRow job, IReadOnlyList<WorkMetric> metrics, CancellationToken ct) =>
        Task.CompletedTask;

    public async Task<object> CommitAsync(JobRow job, JsonElement report, string output, CancellationToken ct)
    {
        var result = report.Deserialize<BacktestResult>(Json.Options)!;
        await db.Set<BacktestRow>()
            .Where(r => r.Id == job.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Result, result), ct);
        return new BacktestDone(job.Id.Value);
    }

    public Task EndedWithoutResultAsync(JobRow job, string? error, CancellationToken ct) => Task.CompletedTask;
}
