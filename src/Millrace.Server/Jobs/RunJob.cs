using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Millrace.Api;
using Millrace.Core;
using Millrace.Governance.Access;
using Millrace.Storage;

namespace Millrace.Jobs;

/// <summary>
/// Takes one job from queued to its end. Killed at any point and run again, it goes on from what is on disk: with a result
/// the commit is repeated, without one the work is.
/// </summary>
internal sealed partial class RunJob(
    MillraceDb db,
    MillraceFolder folder,
    JobQueue queue,
    IEnumerable<IJobHandler> handlers,
    Actor actor,
    IOptions<JobsOptions> options,
    TimeProvider time,
    ILogger<RunJob> logger
)
{
    public async Task RunAsync(JobId id, JobQueue.Standing standing, CancellationToken stopping)
    {
        var job = await db.Set<JobRow>().SingleAsync(j => j.Id == id, stopping);
        var handler = handlers.Single(h => string.Equals(h.Kind, job.Kind, StringComparison.Ordinal));
        actor.Name = job.Actor;
        // With a result, what remains is to take it over, and part of that may be done: nobody can cancel it any more.
        var result = Path.Combine(folder.Job(id), WorkFiles.Result);
        if (job.CancelRequested && !File.Exists(result))
        {
            await EndAsync(job, handler, JobState.Cancelled, null, stopping);
            return;
        }

        await BeginAsync(job, handler, stopping);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, standing.Cancelled);
        try
        {
            var error = File.Exists(result) ? null : await WorkAsync(job, handler, standing, either.Token);
            if (error is null)
            {
                await CommitAsync(job, handler, stopping);
            }
            else
            {
                await EndAsync(job, handler, JobState.Failed, error, stopping);
            }
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            await EndAsync(await AfreshAsync(id, stopping), handler, JobState.Cancelled, null, stopping);
        }
        catch (OperationCanceledException)
        {
            // A server that is told to stop is no fault of the job's: only what ends the server counts against it.
            await db.Set<JobRow>()
                .Where(j => j.Id == id)
                .ExecuteUpdateAsync(
                    set => set.SetProperty(j => j.Attempts, j => j.Attempts - 1),
                    CancellationToken.None
                );
            throw;
        }
        catch (RefusalException refusal)
        {
            await EndAsync(await AfreshAsync(id, stopping), handler, JobState.Failed, refusal.Message, stopping);
        }
        catch (Exception ex) when (!File.Exists(result) || job.Attempts >= options.Value.MaxAttempts)
        {
            LogFailed(ex, job.Kind, job.Subject);
            await EndAsync(
                await AfreshAsync(id, stopping),
                handler,
                JobState.Failed,
                $"Millrace failed to {job.Kind} {job.Subject}: {ex.Message}",
                stopping
            );
        }
    }

    /// <summary>The job alone: what was being written when something broke must not be saved along with its end.</summary>
    private Task<JobRow> AfreshAsync(JobId id, CancellationToken ct)
    {
        db.ChangeTracker.Clear();
        return db.Set<JobRow>().SingleAsync(j => j.Id == id, ct);
    }

    private async Task BeginAsync(JobRow job, IJobHandler handler, CancellationToken ct)
    {
        job.State = JobState.Running;
        job.Attempts++;
        job.StartedAt ??= time.GetUtcNow();
        await db.SaveChangesAsync(ct);
        await handler.StartedAsync(job, ct);
    }

    /// <returns>Why there is no result; null where there is one.</returns>
    private async Task<string?> WorkAsync(
        JobRow job,
        IJobHandler handler,
        JobQueue.Standing standing,
        CancellationToken ct
    )
    {
        if (job.Attempts > options.Value.MaxAttempts)
        {
            return $"It was started {options.Value.MaxAttempts} times and never came to an end. The log says how far it got.";
        }

        var output = folder.JobOutput(job.Id);
        if (Directory.Exists(output))
        {
            Directory.Delete(output, recursive: true);
        }

        Directory.CreateDirectory(output);
        using var spec = JsonDocument.Parse(job.Spec);
        await Durable.WriteJsonAsync(
            Path.Combine(folder.Job(job.Id), WorkFiles.Spec),
            new WorkOrder(job.Kind, spec.RootElement),
            ct
        );

        var metrics = new ConcurrentQueue<WorkMetric>();
        using var done = new CancellationTokenSource();
        var passing = PassMetricsAsync(job, handler, metrics, done.Token, ct);
        WorkOutcome outcome;
        try
        {
            outcome = await WorkProcess.RunAsync(folder.Job(job.Id), options.Value.Grace, Hear, ct);
        }
        finally
        {
            await done.CancelAsync();
            await passing;
        }

        return outcome.Refused ?? outcome.Crash;

        void Hear(WorkEvent said)
        {
            if (said.Progress is { } progress)
            {
                standing.Done = progress.Done;
                standing.Doing = progress.Doing;
            }
            else if (said.Metric is { } metric)
            {
                metrics.Enqueue(new(metric.Key, metric.Value, metric.Step, time.GetUtcNow()));
            }
            else if (said.Fact is { } fact)
            {
                standing.Facts[fact.Key] = fact.Value;
            }
        }
    }

    /// <summary>Hands metrics on in batches, twice a second: a point at a time would be a transaction each.</summary>
    private async Task PassMetricsAsync(
        JobRow job,
        IJobHandler handler,
        ConcurrentQueue<WorkMetric> metrics,
        CancellationToken done,
        CancellationToken ct
    )
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500), time);
        var batch = new List<WorkMetric>();
        var isFailing = false;
        var more = true;
        while (more)
        {
            try
            {
                await timer.WaitForNextTickAsync(done);
            }
            catch (OperationCanceledException)
            {
                more = false;
            }

            while (metrics.TryDequeue(out var metric))
            {
                batch.Add(metric);
            }

            if (batch.Count == 0 || ct.IsCancellationRequested)
            {
                continue;
            }

            try
            {
                await handler.MeasuredAsync(job, batch, ct);
                batch.Clear();
                isFailing = false;
            }
            catch (Exception ex) when (ex is not OperationCanceledException)
            {
                // No training is thrown away for points of a curve: they are tried again with the next.
                if (!isFailing)
                {
                    LogNotPassed(ex, job.Kind, job.Subject);
                }

                isFailing = true;
            }
        }
    }

    private async Task CommitAsync(JobRow job, IJobHandler handler, CancellationToken ct)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(folder.Job(job.Id), WorkFiles.Result), ct);
        using var report = JsonDocument.Parse(text);
        var result = await handler.CommitAsync(job, report.RootElement, folder.JobOutput(job.Id), ct);
        job.Result = JsonSerializer.Serialize(result, result.GetType(), Json.Options);
        await SaveEndAsync(job, JobState.Succeeded, ct);
        if (Directory.Exists(folder.JobOutput(job.Id)))
        {
            Directory.Delete(folder.JobOutput(job.Id), recursive: true);
        }
    }

    private async Task EndAsync(JobRow job, IJobHandler handler, JobState state, string? error, CancellationToken ct)
    {
        await handler.EndedWithoutResultAsync(job, error, ct);
        job.Error = error;
        await SaveEndAsync(job, state, ct);
        if (Directory.Exists(folder.JobOutput(job.Id)))
        {
            Directory.Delete(folder.JobOutput(job.Id), recursive: true);
        }
    }

    private async Task SaveEndAsync(JobRow job, JobState state, CancellationToken ct)
    {
        job.State = state;
        job.EndedAt = time.GetUtcNow();
        await db.SaveChangesAsync(ct);
        queue.Running.TryRemove(job.Id, out _);
        LogEnded(job.Kind, job.Subject, state, job.Error ?? "");
    }

    [LoggerMessage(LogLevel.Information, "Job {Kind} of {Subject}: {State} {Error}")]
    private partial void LogEnded(string kind, string subject, JobState state, string error);

    [LoggerMessage(
        LogLevel.Warning,
        "Metrics of the job to {Kind} {Subject} could not be kept; they are tried again with the next"
    )]
    private partial void LogNotPassed(Exception exception, string kind, string subject);

    [LoggerMessage(LogLevel.Error, "Job {Kind} of {Subject} failed by a fault of ours")]
    private partial void LogFailed(Exception exception, string kind, string subject);
}
