using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Experiments.Tracking;

/// <summary>Runs, newest first.</summary>
internal sealed class ListRuns(MillraceDb db)
{
    public async Task<Page<RunSummary>> RunAsync(
        ExperimentName? experiment,
        int limit,
        int offset,
        CancellationToken ct
    )
    {
        var rows = db.Set<RunRow>().AsNoTracking();
        if (experiment is { } only)
        {
            rows = rows.Where(r => r.Experiment == only);
        }

        var page = await rows.OrderByDescending(r => r.CreatedAt)
            .ThenByDescending(r => r.Id)
            .Skip(Limits.Offset(offset))
            .Take(Limits.PageSize(limit))
            .Select(r => new RunSummary(
                r.Id,
                r.Name,
                r.Experiment,
                r.State,
                r.Algorithm,
                r.PrimaryMetric,
                r.Score,
                r.CreatedAt,
                r.StartedAt,
                r.EndedAt,
                db.Set<MetricRow>()
                    .Where(m => m.Run == r.Id && m.Of == MetricOf.Baseline && m.Key == r.PrimaryMetric)
                    .Select(m => m.Value)
                    .FirstOrDefault(),
                r.Seconds
            ))
            .ToListAsync(ct);
        return new(page, await rows.LongCountAsync(ct));
    }
}
