namespace Millrace.Demo;

/// <summary>
/// A clock that the demonstration moves: what is written down carries simulated time, while timers run as they do, so that
/// the server works at its own pace and a day goes by in a second.
/// </summary>
internal sealed class SimulatedClock(DateTimeOffset start) : TimeProvider
{
    private long ticks = start.UtcTicks;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref ticks), TimeSpan.Zero);

    /// <summary>Never back.</summary>
    public void MoveTo(DateTimeOffset now)
    {
        var seen = Interlocked.Read(ref ticks);
        while (now.UtcTicks > seen)
        {
            var before = Interlocked.CompareExchange(ref ticks, now.UtcTicks, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
