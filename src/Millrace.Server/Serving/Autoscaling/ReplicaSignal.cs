namespace Millrace.Serving.Autoscaling;

/// <summary>Says that a first request waits, or that a replica is gone: the controller then looks at once.</summary>
internal sealed class ReplicaSignal : IDisposable
{
    private readonly SemaphoreSlim raised = new(0);

    public void Raise() => raised.Release();

    /// <summary>Ends when it was raised, or after a while. What was raised several times is looked at once.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken ct)
    {
        await raised.WaitAsync(atMost, ct);
        while (await raised.WaitAsync(TimeSpan.Zero, ct)) { }
    }

    public void Dispose() => raised.Dispose();
}
