using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Jobs;
using Millrace.Storage;

namespace Millrace.Loop.Backtest;

/// <summary>Backtests as people and clients see them.</summary>
internal sealed class ShowBacktests(MillraceDb db, ShowJobs jobs)
{
    private const int Newest = 100;

    public async Task<IReadOnlyList<BacktestSummary>> ListAsync(CancellationToken ct)
    {
        var found = await (
            from row in db.Set<BacktestRow>().AsNoTracking()
            join job in db.Set<JobRow>().AsNoTracking() on row.Id equals job.Id
            orderby row.CreatedAt descending
            select new
            {
                row.Id,
                row.Loop,
                job.State,
                row.Policies,
                row.CreatedAt,
            }
        )
            .Take(Newest)
            .ToListAsync(ct);
        return [.. found.Select(f => new BacktestSummary(f.Id.Value, f.Loop, f.State, f.Policies, f.CreatedAt))];
    }

    public async Task<BacktestView> OneAsync(JobId id, CancellationToken ct)
    {
        var row =
            await db.Set<BacktestRow>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, ct)
            ?? throw Refusal.NotFound($"There is no backtest {id}.");
        return View(row, await jobs.OneAsync(id, ct));
    }

    public static BacktestView View(BacktestRow row, JobView job) =>
        new()
        {
            Id = row.Id.Value,
            Loop = row.Loop,
            // The result is told once, beside the job.
            Job = job with
            {
                Result = null,
            },
            CreatedAt = row.CreatedAt,
            Result = row.Result,
        };
}
