using System.Collections.Concurrent;
using Millrace.Core;

namespace Millrace.Jobs;

/// <summary>What the runner and those who ask share in memory: that there is work, what runs, and how far it is.</summary>
internal sealed class JobQueue : IDisposable
{
    private readonly SemaphoreSlim work = new(0);

    /// <summary>How far each running job is. Not worth a database write: a restarted job begins again.</summary>
    public ConcurrentDictionary<JobId, Standing> Running { get; } = new();

    /// <summary>Says that there is something new in line, or something to cancel.</summary>
    public void Wake() => work.Release();

    public Task WaitAsync(CancellationToken ct) => work.WaitAsync(ct);

    public void Dispose() => work.Dispose();

    /// <summary>A running job, as its child last told.</summary>
    internal sealed class Standing(CancellationTokenSource cancel)
    {
        public double? Done { get; set; }

        public string Doing { get; set; } = "Starting";

        /// <summary>What it knew of itself before its end, by <see cref="Engine.Work.WorkFacts"/>.</summary>
        public ConcurrentDictionary<string, string> Facts { get; } = new(StringComparer.Ordinal);

        public async Task CancelAsync()
        {
            try
            {
                await cancel.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // It came to its end by itself just now.
            }
        }

        public CancellationToken Cancelled { get; } = cancel.Token;
    }
}
