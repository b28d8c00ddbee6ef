using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Millrace.Api;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Jobs;

/// <summary>
/// Keeps as many children at work as may be, oldest job first. A job that says running and is
/// worked on by nobody, for its server is gone, goes back in line.
/// </summary>
internal sealed partial class JobRunner(
    IServiceScopeFactory scopes,
    JobQueue queue,
    IOptions<JobsOptions> options,
    ILogger<JobRunner> logger
) : BackgroundService
{
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new List<Task>();
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                running.RemoveAll(t => t.IsCompleted);
                if (!await StartDueAsync(running, stoppingToken))
                {
                    await Task.Delay(AgainAfter, TimeProvider.System, stoppingToken);
                    continue;
                }

                await queue.WaitAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping: the children are ended below, and their jobs stay "running" for the next start.
        }

        await Task.WhenAll(running);
    }

    /// <returns>False where the database could not be asked: it may be away for a moment, and the server serves on.</returns>
    private async Task<bool> StartDueAsync(List<Task> running, CancellationToken ct)
    {
        try
        {
            // Not the tasks: one that woke this loop by its end may not have ended quite, and would keep the next in line for ever.
            foreach (var id in await DueAsync(options.Value.MaxConcurrent - queue.Running.Count, ct))
            {
                running.Add(RunAsync(id, ct));
            }

            return true;
        }
        catch (Exception ex) when (ex is not OperationCanceledException)
        {
            LogUnreachable(ex);
            return false;
        }
    }

    /// <summary>Jobs that say running and are not: a server that is gone left them, or their end could not be written.</summary>
    private async Task RequeueAsync(DbSet<JobRow> jobs, CancellationToken ct)
    {
        var running = await jobs.Where(j => j.State == JobState.Running).Select(j => j.Id).ToListAsync(ct);
        var left = running.Where(id => !queue.Running.ContainsKey(id)).ToList();
        if (left.Count > 0)
        {
            await jobs.Where(j => left.Contains(j.Id) && j.State == JobState.Running)
                .ExecuteUpdateAsync(set => set.SetProperty(j => j.State, JobState.Queued), ct);
            LogRequeued(left.Count);
        }
    }

    private async Task<List<JobId>> DueAsync(int free, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var jobs = scope.ServiceProvider.GetRequiredService<MillraceDb>().Set<JobRow>();
        await RequeueAsync(jobs, ct);
        var cancelled = await jobs.Where(j => j.State == JobState.Running && j.CancelRequested)
            .Select(j => j.Id)
            .ToListAsync(ct);
        foreach (var id in cancelled)
        {
            if (queue.Running.TryGetValue(id, out var standing))
            {
                await standing.CancelAsync();
            }
        }

        var queued = await jobs.Where(j => j.State == JobState.Queued)
            .OrderBy(j => j.CreatedAt)
            .ThenBy(j => j.Id)
            .Select(j => j.Id)
            .Take(Math.Max(free, 0) + queue.Running.Count)
            .ToListAsync(ct);
        return [.. queued.Where(id => !queue.Running.ContainsKey(id)).Take(Math.Max(free, 0))];
    }

    private async Task RunAsync(JobId id, CancellationToken ct)
    {
        using var cancel = new CancellationTokenSource();
        queue.Running[id] = new JobQueue.Standing(cancel);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<RunJob>().RunAsync(id, queue.Running[id], ct);
        }
        catch (OperationCanceledException)
        {
            // The server stops; the job is started again with it.
        }
        catch (Exception ex)
        {
            LogBroken(ex, id);
            await Task.Delay(AgainAfter, TimeProvider.System, CancellationToken.None);
        }
        finally
        {
            queue.Running.TryRemove(id, out _);
            queue.Wake();
        }
    }

    [LoggerMessage(LogLevel.Information, "{Count} jobs that nobody works on are in line again")]
    private partial void LogRequeued(int count);

    [LoggerMessage(LogLevel.Error, "The jobs in line could not be asked for; they are asked for again")]
    private partial void LogUnreachable(Exception exception);

    [LoggerMessage(LogLevel.Error, "Job {Id} could not be brought to an end; it is tried again")]
    private partial void LogBroken(Exception exception, JobId id);
}
