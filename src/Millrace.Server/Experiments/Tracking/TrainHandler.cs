using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Training;
using Millrace.Governance.Audit;
using Millrace.Jobs;
using Millrace.Storage;

namespace Millrace.Experiments.Tracking;

/// <summary>What the handler of a training must know that the child need not.</summary>
internal sealed record TrainContext(RunId Run);

/// <summary>What a training job's result says.</summary>
internal sealed record TrainResult(RunId Run, string ModelHash, string Metric, double Score);

/// <summary>Takes a run from queued to its end, with what its child measures on the way.</summary>
internal sealed class TrainHandler(
    MillraceDb db,
    MillraceFolder folder,
    RecordPoints points,
    JobQueue queue,
    AuditTrail audit,
    TimeProvider time
) : IJobHandler
{
    public const string KindOfWork = "train";

    public string Kind => KindOfWork;

    public async Task StartedAsync(JobRow job, CancellationToken ct)
    {
        var run = RunOf(job);
        if (!File.Exists(Path.Combine(folder.Job(job.Id), WorkFiles.Result)))
        {
            // Begun again after a kill: it tells every point anew.
            await db.Set<PointRow>().Where(p => p.Run == run).ExecuteDeleteAsync(ct);
        }

        var now = time.GetUtcNow();
        await db.Set<RunRow>()
            .Where(r => r.Id == run && r.State == RunState.Queued)
            .ExecuteUpdateAsync(
                set => set.SetProperty(r => r.State, RunState.Running).SetProperty(r => r.StartedAt, now),
                ct
            );
    }

    public Task MeasuredAsync(JobRow job, IReadOnlyList<WorkMetric> metrics, CancellationToken ct) =>
        points.RunAsync(RunOf(job), metrics, ct);

    public async Task<object> CommitAsync(JobRow job, JsonElement report, string output, CancellationToken ct)
    {
        var run = RunOf(job);
        var said = report.Deserialize<TrainingReport>(Json.Options)!;
        var score = said.Metrics.GetValueOrDefault(said.PrimaryMetric, double.NaN);
        Durable.Publish(output, folder.Run(run));
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await FinishAsync(run, said, score, ct))
        {
            AddNumbers(run, said);
            audit.Add(
                "trained",
                AuditKinds.Run,
                job.Subject,
                $"{said.PrimaryMetric} {score.ToString("0.####", CultureInfo.InvariantCulture)}",
                ("run", run.Value),
                ("model_hash", said.ModelHash)
            );
            await db.SaveChangesAsync(ct);
        }

        await transaction.CommitAsync(ct);
        return new TrainResult(run, said.ModelHash, said.PrimaryMetric, score);
    }

    public async Task EndedWithoutResultAsync(JobRow job, string? error, CancellationToken ct)
    {
        var run = RunOf(job);
        var now = time.GetUtcNow();
        var state = error is null ? RunState.Killed : RunState.Failed;
        var known = KnownFacts.Of(queue, job.Id);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var started = await db.Set<RunRow>().Where(r => r.Id == run).Select(r => r.StartedAt).SingleAsync(ct);
        var seconds = (now - started)?.TotalSeconds;
        var changed = await Unended(run)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(r => r.State, state)
                        .SetProperty(r => r.Error, error)
                        .SetProperty(r => r.EndedAt, now)
                        .SetProperty(r => r.Seconds, seconds)
                        .SetProperty(r => r.RecipeHash, known.RecipeHash)
                        .SetProperty(r => r.PeakMemoryBytes, known.PeakMemoryBytes),
                ct
            );
        if (changed > 0 && error is not null)
        {
            audit.Add("failed", AuditKinds.Run, job.Subject, error, ("run", run.Value));
            await db.SaveChangesAsync(ct);
        }

        await transaction.CommitAsync(ct);
    }

    private static RunId RunOf(JobRow job) => JsonSerializer.Deserialize<TrainContext>(job.Context, Json.Options)!.Run;

    private IQueryable<RunRow> Unended(RunId run) =>
        db.Set<RunRow>().Where(r => r.Id == run && (r.State == RunState.Queued || r.State == RunState.Running));

    /// <returns>False where an earlier try has finished it.</returns>
    private async Task<bool> FinishAsync(RunId run, TrainingReport said, double score, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var stored = MetricRow.Stored(score);
        return await Unended(run)
                .ExecuteUpdateAsync(
                    set =>
                        set.SetProperty(r => r.State, RunState.Finished)
                            .SetProperty(r => r.EndedAt, now)
                            .SetProperty(r => r.PrimaryMetric, said.PrimaryMetric)
                            .SetProperty(r => r.HigherIsBetter, said.HigherIsBetter)
                            .SetProperty(r => r.Score, stored)
                            .SetProperty(r => r.RecipeHash, said.RecipeHash)
                            .SetProperty(r => r.ModelHash, said.ModelHash)
                            .SetProperty(r => r.Seconds, said.Seconds)
                            .SetProperty(r => r.PeakMemoryBytes, said.PeakMemoryBytes)
                            .SetProperty(r => r.TrainRows, said.TrainRows)
                            .SetProperty(r => r.TestRows, said.TestRows)
                            .SetProperty(r => r.Files, said.Files)
                            .SetProperty(r => r.Importance, said.Importance)
                            .SetProperty(r => r.Learned, said.Learned)
                            .SetProperty(r => r.Notices, said.Notices),
                    ct
                ) > 0;
    }

    private void AddNumbers(RunId run, TrainingReport said)
    {
        db.AddRange(said.Metrics.Select(m => Metric(MetricOf.Model, m)));
        db.AddRange(said.Baseline.Select(m => Metric(MetricOf.Baseline, m)));

        MetricRow Metric(MetricOf of, KeyValuePair<string, double> metric) =>
            new()
            {
                Run = run,
                Of = of,
                Key = metric.Key,
                Value = MetricRow.Stored(metric.Value),
            };
    }
}
