namespace Millrace.Monitoring.Feedback;

/// <summary>Says that outcomes arrived, so that nobody waits for the next look.</summary>
internal sealed class JoinSignal : IDisposable
{
    private readonly SemaphoreSlim raised = new(0, 1);
    private readonly Lock one = new();

    /// <summary>However often it is raised before somebody looks, it is one look.</summary>
    public void Raise()
    {
        lock (one)
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
