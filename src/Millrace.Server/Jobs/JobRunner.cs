using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Millrace.Api;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Jobs;

/// <summary>
/// Keeps as many children at work as may be, oldest job first. At its own start every job that still says running was left
/// by a server that is gone, and goes back in line.
/// </summary>
internal sealed partial class JobRunner(
    IServiceScopeFactory scopes,
    JobQueue queue,
    IOptions<JobsOptions> options,
    ILogger<JobRunner> logger
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await RequeueAsync(stoppingToken);
        var running = new List<Task>();
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                running.RemoveAll(t => t.IsCompleted);
                // Not the tasks: one that woke this loop by its end may not have ended quite, and would keep the next in line for ever.
                foreach (var id in await DueAsync(options.Value.MaxConcurrent - queue.Running.Count, stoppingToken))
                {
                    running.Add(RunAsync(id, stoppingToken));
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

    private async Task RequeueAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var left = await scope
            .ServiceProvider.GetRequiredService<MillraceDb>()
            .Set<JobRow>()
            .Where(j => j.State == JobState.Running)
            .ExecuteUpdateAsync(set => set.SetProperty(j => j.State, JobState.Queued), ct);
        if (left > 0)
        {
            LogRequeued(left);
        }
    }

    private async Task<List<JobId>> DueAsync(int free, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var jobs = scope.ServiceProvider.GetRequiredService<MillraceDb>().Set<JobRow>();
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
        }
        finally
        {
            queue.Running.TryRemove(id, out _);
            queue.Wake();
        }
    }

    [LoggerMessage(LogLevel.Information, "{Count} jobs of a server that is gone are in line again")]
    private partial void LogRequeued(int count);

    [LoggerMessage(LogLevel.Error, "Job {Id} could not be brought to an end; the next start of the server tries again")]
    private partial void LogBroken(Exception exception, JobId id);
}
