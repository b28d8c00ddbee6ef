namespace Millrace.Monitoring.Feedback;

/// <summary>
/// Feedback writes one transaction after the other: SQLite has one writer, and who finds it busy sleeps far longer than the
/// other needs.
/// </summary>
internal sealed class WriteTurn : IDisposable
{
    private readonly SemaphoreSlim one = new(1);

    public async Task<IDisposable> TakeAsync(CancellationToken ct)
    {
        await one.WaitAsync(ct);
        return new Taken(one);
    }

    public void Dispose() => one.Dispose();

    private sealed class Taken(SemaphoreSlim one) : IDisposable
    {
        public void Dispose() => one.Release();
    }
}
