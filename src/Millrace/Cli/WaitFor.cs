using System.Text.Json;
using Millrace.Api;
using Millrace.Core;
using Spectre.Console;

namespace Millrace.Cli;

/// <summary>Follows a job to its end, with a progress bar where a person looks on.</summary>
internal static class WaitFor
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(150);

    /// <exception cref="RefusalException">The job failed or was cancelled.</exception>
    public static async Task<T> JobAsync<T>(MillraceClient client, JobView job, Output output, CancellationToken ct)
    {
        var ended = output.IsLive
            ? await AnsiConsole
                .Progress()
                .Columns(
                    new SpinnerColumn(),
                    new TaskDescriptionColumn(),
                    new ProgressBarColumn(),
                    new ElapsedTimeColumn()
                )
                .StartAsync(async progress =>
                {
                    var bar = progress.AddTask(Markup.Escape(job.Subject), maxValue: 1);
                    return await FollowAsync(client, job, Show, ct);

                    void Show(JobView now)
                    {
                        bar.IsIndeterminate = now.Done is null;
                        bar.Value = now.Done ?? 0;
                        bar.Description = Markup.Escape(now.Doing.Length > 0 ? now.Doing : now.Subject);
                    }
                })
            : await FollowAsync(client, job, _ => { }, ct);
        return ended.State switch
        {
            JobState.Succeeded => ended.Result!.Value.Deserialize<T>(Json.Options)!,
            JobState.Cancelled => throw Refusal.Conflict($"The job to {job.Kind} {job.Subject} was cancelled."),
            _ => throw Refusal.Invalid(ended.Error ?? $"The job to {job.Kind} {job.Subject} failed."),
        };
    }

    private static async Task<JobView> FollowAsync(
        MillraceClient client,
        JobView job,
        Action<JobView> show,
        CancellationToken ct
    )
    {
        using var timer = new PeriodicTimer(Interval, TimeProvider.System);
        try
        {
            while (!job.IsOver)
            {
                await timer.WaitForNextTickAsync(ct);
                job = await client.JobAsync(job.Id, ct);
                show(job);
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C is meant for the work, not only for the watching.
            await client.CancelJobAsync(job.Id, CancellationToken.None);
            throw;
        }

        return job;
    }
}
