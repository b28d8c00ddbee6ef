namespace Millrace.Hosting;

/// <summary>
/// Other verbs that use the server which a verb started inside itself: they find it as they would find 'millrace up', and it
/// stays for them when its own verb is done. Each holds one request open for as long as it is there.
/// </summary>
internal sealed class Guests
{
    public const string Path = "server/guest";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private readonly Lock door = new();
    private int present;
    private bool isClosed;

    public void Map(IEndpointRouteBuilder api) => api.MapGet($"/{Path}", StayAsync).ExcludeFromDescription();

    /// <summary>Returns when there are none any more; from then on none comes in.</summary>
    /// <param name="waiting">Called once where there are any.</param>
    /// <param name="ct">Sends them away.</param>
    public async Task GoneAsync(Action waiting, CancellationToken ct)
    {
        for (var isTold = false; !TryClose(); isTold = true)
        {
            if (!isTold)
            {
                waiting();
            }

            await Task.Delay(Look, TimeProvider.System, ct);
        }
    }

    private async Task StayAsync(HttpContext http, IHostApplicationLifetime lifetime)
    {
        if (!TryEnter())
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        try
        {
            await http.Response.Body.FlushAsync(http.RequestAborted);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(
                http.RequestAborted,
                lifetime.ApplicationStopping
            );
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, end.Token);
        }
        catch (OperationCanceledException)
        {
            // The guest is done, or was killed, or the server stops.
        }
        finally
        {
            Leave();
        }
    }

    private bool TryEnter()
    {
        lock (door)
        {
            present += isClosed ? 0 : 1;
            return !isClosed;
        }
    }

    private bool TryClose()
    {
        lock (door)
        {
            isClosed |= present == 0;
            return isClosed;
        }
    }

    private void Leave()
    {
        lock (door)
        {
            present--;
        }
    }
}
