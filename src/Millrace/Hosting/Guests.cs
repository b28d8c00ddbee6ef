namespace Millrace.Hosting;

/// <summary>
/// Other verbs that use the server which a verb started inside itself: they find it as they would find 'millrace up', and it
/// stays for them when its own verb is done.
/// </summary>
internal sealed class Guests
{
    /// <summary>What the verb sends whose server it is.</summary>
    public const string HostHeader = "X-Millrace-Host";

    /// <summary>Longer than a verb pauses between two requests.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private int present;
    private long last;

    private bool IsAny =>
        Volatile.Read(ref present) > 0
        || (Volatile.Read(ref last) is not 0 and var at && TimeProvider.System.GetElapsedTime(at) < Pause);

    public async Task CountAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Headers.ContainsKey(HostHeader))
        {
            await next(http);
            return;
        }

        Interlocked.Increment(ref present);
        try
        {
            await next(http);
        }
        finally
        {
            Volatile.Write(ref last, TimeProvider.System.GetTimestamp());
            Interlocked.Decrement(ref present);
        }
    }

    /// <summary>Returns when there are none any more.</summary>
    /// <param name="waiting">Called once where it takes longer than a pause.</param>
    /// <param name="ct">Sends them away.</param>
    public async Task GoneAsync(Action waiting, CancellationToken ct)
    {
        var since = TimeProvider.System.GetTimestamp();
        for (var isTold = false; IsAny; )
        {
            if (!isTold && TimeProvider.System.GetElapsedTime(since) > Pause)
            {
                isTold = true;
                waiting();
            }

            await Task.Delay(Look, TimeProvider.System, ct);
        }
    }
}
