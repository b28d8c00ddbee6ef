namespace Millrace.Storage;

/// <summary>
/// Stops the server when another has its database: both would work on the same jobs and rollouts, each in a folder of its own.
/// </summary>
internal sealed partial class KeepDatabaseLock(
    DatabaseLock held,
    IHostApplicationLifetime host,
    ILogger<KeepDatabaseLock> logger
) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, TimeProvider.System);
        try
        {
            while (held.IsTaken && await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (!await IsKeptAsync(stoppingToken))
                {
                    LogLost();
                    host.StopApplication();
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private async Task<bool> IsKeptAsync(CancellationToken ct)
    {
        try
        {
            return await held.KeepAsync(ct);
        }
        catch (Exception ex) when (ex is not OperationCanceledException)
        {
            // While the database is away nobody can take it: those who need it say so.
            return true;
        }
    }

    [LoggerMessage(
        LogLevel.Critical,
        "The connection that kept the database to this server broke, and another server has the database now: this one stops"
    )]
    private partial void LogLost();
}
