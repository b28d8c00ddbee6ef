using System.Globalization;
using Millrace.Engine.Tables;
using Millrace.Engine.Work;

namespace Millrace.Engine.Ingest;

/// <summary>Tells four times a second how far the work is, from bytes read or from DuckDB's own estimate.</summary>
internal sealed class ReadingProgress : IDisposable
{
    private readonly IWorkSink sink;
    private readonly DuckSession duck;
    private readonly long totalBytes;
    private readonly Timer timer;
    private readonly Lock gate = new();
    private volatile Stage stage = new("Looking at the files", 0, 0, FromDuck: false);
    private long bytesBefore;
    private long bytesNow;
    private bool stopped;

    public ReadingProgress(IWorkSink sink, DuckSession duck, long totalBytes)
    {
        this.sink = sink;
        this.duck = duck;
        this.totalBytes = Math.Max(1, totalBytes);
        timer = new Timer(_ => Report(), null, TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(250));
    }

    /// <summary>Begins a stage that takes the work from one share of the whole to another.</summary>
    public void Begin(string doing, double from, double to, bool fromDuck)
    {
        bytesBefore = bytesNow = 0;
        stage = new Stage(doing, from, to, fromDuck);
    }

    public void Reading(Source source)
    {
        bytesBefore += bytesNow;
        bytesNow = 0;
        stage = stage with { Doing = $"Reading {source.Name}" };
    }

    public void Bytes(long ofThisFile) => Volatile.Write(ref bytesNow, ofThisFile);

    public void Dispose()
    {
        lock (gate)
        {
            stopped = true;
        }

        timer.Dispose();
    }

    private void Report()
    {
        lock (gate)
        {
            if (stopped)
            {
                return;
            }

            var now = stage;
            var share = now.FromDuck
                ? duck.Progress()
                : (bytesBefore + Volatile.Read(ref bytesNow)) / (double)totalBytes;
            var done = share is { } s ? now.From + ((now.To - now.From) * Math.Min(1, s)) : now.From;
            sink.Progress(done, string.Create(CultureInfo.InvariantCulture, $"{now.Doing}"));
        }
    }

    private sealed record Stage(string Doing, double From, double To, bool FromDuck);
}
