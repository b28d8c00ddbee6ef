namespace Millrace.Monitoring.Alerts;

/// <summary>Says that there may be an alert to deliver.</summary>
internal sealed class AlertSignal : IDisposable
{
    private readonly SemaphoreSlim raised = new(0);

    public void Raise() => raised.Release();

    public Task<bool> WaitAsync(TimeSpan atMost, CancellationToken ct) => raised.WaitAsync(atMost, ct);

    public void Dispose() => raised.Dispose();
}
