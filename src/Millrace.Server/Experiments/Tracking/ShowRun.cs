using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Jobs;
using Millrace.Storage;

namespace Millrace.Experiments.Tracking;

/// <summary>One run as people see it: the record, with how far a running one is.</summary>
internal sealed class ShowRun(MillraceDb db, JobQueue queue, ShowJobs jobs, IRunModels models)
{
    public async Task<RunView> RunAsync(RunId id, CancellationToken ct)
    {
        var run = await FindAsync(id, ct);
        var metrics = await db.Set<MetricRow>().AsNoTracking().Where(m => m.Run == id).ToListAsync(ct);
        var standing = queue.Running.GetValueOrDefault(run.Job);
        var known = KnownFacts.Of(queue, run.Job);
        return new()
        {
            Id = run.Id,
            Name = run.Name,
            Experiment = run.Experiment,
            State = run.State,
            Algorithm = run.Algorithm,
            PrimaryMetric = run.PrimaryMetric,
            HigherIsBetter = run.HigherIsBetter,
            Score = run.Score,
            CreatedAt = run.CreatedAt,
            StartedAt = run.StartedAt,
            EndedAt = run.EndedAt,
            Done = run.State == RunState.Finished ? 1 : standing?.Done,
            Doing = standing?.Doing ?? (run.State == RunState.Queued ? "Waiting in line" : ""),
            Error = run.Error,
            Dataset = run.Dataset,
            DatasetVersion = run.DatasetVersion,
            DatasetHash = run.DatasetHash,
            RecipeHash = run.RecipeHash ?? known.RecipeHash,
            ModelHash = run.ModelHash,
            CodeVersion = run.CodeVersion,
            Seed = run.Seed,
            Seconds = run.Seconds,
            PeakMemoryBytes = run.PeakMemoryBytes ?? known.PeakMemoryBytes,
            TrainRows = run.TrainRows,
            TestRows = run.TestRows,
            Params = Sorted(
                await db.Set<ParamRow>().AsNoTracking().Where(p => p.Run == id).ToListAsync(ct),
                p => p.Key,
                p => p.Value
            ),
            Metrics = Sorted(metrics.Where(m => m.Of == MetricOf.Model), m => m.Key, m => m.Value ?? double.NaN),
            Baseline = Sorted(metrics.Where(m => m.Of == MetricOf.Baseline), m => m.Key, m => m.Value ?? double.NaN),
            Tags = Sorted(
                await db.Set<RunTagRow>().AsNoTracking().Where(t => t.Run == id).ToListAsync(ct),
                t => t.Key,
                t => t.Value
            ),
            Importance = [.. run.Importance.Select(i => new ImportanceView(i.Feature, i.Gain))],
            Notices = run.Notices,
            Loop = run.Loop,
            Series = await db.Set<PointRow>()
                .Where(p => p.Run == id)
                .Select(p => p.Key)
                .Distinct()
                .OrderBy(k => k)
                .ToListAsync(ct),
            Model = await models.OfRunAsync(id, ct),
        };
    }

    /// <summary>Every point of one metric, by step.</summary>
    public async Task<IReadOnlyList<MetricPoint>> MetricAsync(RunId id, string key, CancellationToken ct)
    {
        var points = await db.Set<PointRow>()
            .AsNoTracking()
            .Where(p => p.Run == id && p.Key == key)
            .OrderBy(p => p.Step)
            .ThenBy(p => p.Number)
            .ToListAsync(ct);
        if (points.Count == 0)
        {
            var run = await FindAsync(id, ct);
            throw Refusal.NotFound(
                $"Run {run.Name} has no points of a metric '{key}': its view lists those that it has."
            );
        }

        return [.. points.Select(p => new MetricPoint(p.Step, p.Value ?? double.NaN, p.At))];
    }

    public async Task<string> LogAsync(RunId id, CancellationToken ct) =>
        await jobs.LogAsync((await FindAsync(id, ct)).Job, ct);

    private async Task<RunRow> FindAsync(RunId id, CancellationToken ct) =>
        await db.Set<RunRow>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, ct)
        ?? throw Refusal.NotFound($"There is no run {id}.");

    private static SortedDictionary<string, TValue> Sorted<TRow, TValue>(
        IEnumerable<TRow> rows,
        Func<TRow, string> key,
        Func<TRow, TValue> value
    ) => new(rows.ToDictionary(key, value, StringComparer.Ordinal), StringComparer.Ordinal);
}
