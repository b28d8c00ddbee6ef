using System.Text.Json;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Predictions;
using Millrace.Jobs;

namespace Millrace.Monitoring.PredictionLog;

/// <summary>
/// Closes the segment at work and makes Parquet of all that are closed, in a child process: the engine that writes Parquet
/// would otherwise stay in the server's memory.
/// </summary>
internal sealed class CompactPredictions(FileLog log, LogFolder folder, ILogFollower? follower = null) : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim one = new(1);

    /// <param name="olderThan">The segment at work stays where it is younger.</param>
    /// <param name="ct">Stops the child; what it has not finished is done again by the next call.</param>
    public async Task<CompactionView> RunAsync(TimeSpan olderThan, CancellationToken ct)
    {
        await one.WaitAsync(ct);
        try
        {
            log.CloseSegment(olderThan);
            // First the list, then what is at work: a segment that begins in between is not in the list.
            var all = folder.Segments();
            var atWork = log.AtWork?.Number;
            // A segment that somebody still reads is left to him.
            var unread = follower is null ? long.MaxValue : await follower.CatchUpAsync(ct);
            var closed = all.Where(n => n != atWork && n < unread).Select(folder.Segment).ToList();
            return closed.Count == 0 ? new(0, 0, 0) : await CompactAsync(closed, ct);
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose() => one.Dispose();

    private async Task<CompactionView> CompactAsync(IReadOnlyList<string> segments, CancellationToken ct)
    {
        var work = Path.Combine(folder.Root, "work");
        if (Directory.Exists(work))
        {
            Directory.Delete(work, recursive: true);
        }

        var spec = new CompactionSpec
        {
            Segments = segments,
            Output = folder.Parquet,
            Spill = Path.Combine(work, "spill"),
        };
        await Durable.WriteJsonAsync(
            Path.Combine(work, WorkFiles.Spec),
            new WorkOrder(CompactSegments.Kind, JsonSerializer.SerializeToElement(spec, Json.Options)),
            ct
        );
        var outcome = await WorkProcess.RunAsync(work, Grace, _ => { }, ct);
        if (!outcome.Succeeded)
        {
            throw new IOException(
                $"The prediction log could not be compacted: {outcome.Refused ?? outcome.Crash} See {Path.Combine(work, WorkFiles.Log)}."
            );
        }

        await using var result = File.OpenRead(Path.Combine(work, WorkFiles.Result));
        var report = (await JsonSerializer.DeserializeAsync<CompactionReport>(result, Json.Options, ct))!;
        return new(report.Segments, report.Predictions, report.Files);
    }
}
