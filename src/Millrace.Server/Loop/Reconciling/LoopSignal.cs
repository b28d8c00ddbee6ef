namespace Millrace.Loop.Reconciling;

/// <summary>Says that there may be something to do, so that nobody waits for the next look. Said twice before one, it is said once.</summary>
internal sealed class LoopSignal : IDisposable
{
    private readonly SemaphoreSlim raised = new(0, 1);
    private readonly Lock gate = new();

    public void Raise()
    {
        lock (gate)
        {
            if (raised.CurrentCount == 0)
            {
                raised.Release();
            }
        }
    }

    public Task<bool> WaitAsync(TimeSpan atMost, CancellationToken ct) => raised.WaitAsync(atMost, ct);

    public void Dispose() => raised.Dispose();
}
