using Microsoft.Extensions.Options;
using Millrace.Core;
using Millrace.Monitoring.PredictionLog;

namespace Millrace.Monitoring.Feedback;

/// <summary>
/// Joins outcomes to predictions as they come: woken by outcomes, and looking for predictions from time to time. It may be
/// killed at any point; the next start goes on from the cursor.
/// </summary>
internal sealed partial class JoinOutcomes(
    IServiceScopeFactory scopes,
    JoinState state,
    JoinSignal signal,
    IEnumerable<IEvidenceListener> listeners,
    IOptions<FeedbackOptions> options,
    ILogger<JoinOutcomes> logger
) : BackgroundService, ILogFollower
{
    private readonly SemaphoreSlim one = new(1);

    public async Task<long> CatchUpAsync(CancellationToken ct)
    {
        var read = await SweepAsync(ct);
        return read.IsClosed ? read.Position.Segment + 1 : read.Position.Segment;
    }

    public override void Dispose()
    {
        one.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The log is open when the first look comes: hosted services start one after the other.
        await Task.Yield();
        var failing = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SweepAsync(stoppingToken);
                failing = false;
                await signal.WaitAsync(options.Value.Interval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception ex)
            {
                if (!failing)
                {
                    LogFailed(ex);
                }

                failing = true;
                await Task.WhenAny(signal.WaitAsync(options.Value.Interval, stoppingToken));
            }
        }
    }

    private async Task<LogRead> SweepAsync(CancellationToken ct)
    {
        await one.WaitAsync(ct);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var (changed, read) = await scope.ServiceProvider.GetRequiredService<JoinSweep>().RunAsync(ct);
            Tell(changed);
            return read;
        }
        catch
        {
            state.Forget();
            throw;
        }
        finally
        {
            one.Release();
        }
    }

    private void Tell(IReadOnlySet<EndpointName> changed)
    {
        foreach (var endpoint in changed)
        {
            foreach (var listener in listeners)
            {
                listener.EvidenceChanged(endpoint);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "Outcomes could not be joined; nothing is lost, and the next look tries again")]
    private partial void LogFailed(Exception exception);
}
