using Microsoft.Extensions.Options;
using Millrace.Api;

namespace Millrace.Monitoring.PredictionLog;

/// <summary>Looks from time to time for segments that are full or old. What an earlier start left unfinished is among them.</summary>
internal sealed partial class CompactionSchedule(
    CompactPredictions compact,
    IOptions<PredictionLogOptions> options,
    TimeProvider time,
    ILogger<CompactionSchedule> logger
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.CompactEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await CompactAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping: the next start finishes.
        }
    }

    private async Task CompactAsync(CancellationToken ct)
    {
        try
        {
            var done = await compact.RunAsync(options.Value.CompactAfter, ct);
            if (done.Segments > 0)
            {
                LogCompacted(done);
            }
        }
        catch (Exception ex) when (ex is not OperationCanceledException)
        {
            LogFailed(ex);
        }
    }

    [LoggerMessage(LogLevel.Information, "Compacted the prediction log: {Done}")]
    private partial void LogCompacted(CompactionView done);

    [LoggerMessage(LogLevel.Error, "The prediction log could not be compacted; it stays as it is and is tried again")]
    private partial void LogFailed(Exception exception);
}
