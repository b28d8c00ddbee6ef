using Microsoft.Extensions.Options;
using Millrace.Engine.Predictions;
using Millrace.Serving;

namespace Millrace.Monitoring.PredictionLog;

/// <summary>
/// Keeps every prediction on the disk before it is acknowledged. Records gather while the disk is busy, and go to it
/// together the moment it is free: under load many share one flush, alone one waits for its own only.
/// </summary>
internal sealed partial class FileLog(
    LogFolder folder,
    IOptions<PredictionLogOptions> options,
    TimeProvider time,
    ILogger<FileLog> logger
) : IPredictionSink, IHostedService, IDisposable
{
    private static readonly Task<bool> No = Task.FromResult(false);

    private readonly Lock gate = new();
    private readonly Lock disk = new();
    private readonly AutoResetEvent arrived = new(false);
    private LogBatch gathering = new();
    private LogBatch? spare = new();
    private SegmentWriter? writer;
    private DateTimeOffset opened;
    private Task writing = Task.CompletedTask;
    private bool open;
    private bool failing;

    /// <summary>The segment at work and how much of it is safe; null where none is.</summary>
    public (long Number, long Length)? AtWork
    {
        get
        {
            lock (disk)
            {
                return writer is { } w ? (w.Number, w.Length) : null;
            }
        }
    }

    public Task<bool> KeepAsync(in PredictionRecord record)
    {
        var length = SegmentFormat.FrameLength(record);
        Task<bool> kept;
        bool first;
        lock (gate)
        {
            if (!open || gathering.Length + length > options.Value.MaxWaitingBytes)
            {
                return No;
            }

            first = gathering.Length == 0;
            SegmentFormat.Write(gathering.Take(length), record);
            kept = gathering.Kept;
        }

        if (first)
        {
            arrived.Set();
        }

        return kept;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Continue();
        open = true;
        writing = Task.Factory.StartNew(
            Write,
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
        return Task.CompletedTask;
    }

    /// <summary>Comes after the last request was answered: hosted services stop in reverse order.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            open = false;
        }

        arrived.Set();
        await writing;
        CloseSegment();
    }

    public void Dispose()
    {
        writer?.Dispose();
        arrived.Dispose();
    }

    /// <summary>Closes the segment at work where it has records and is older than that; the next prediction begins another.</summary>
    public void CloseSegment(TimeSpan olderThan)
    {
        lock (disk)
        {
            if (writer is not null && time.GetUtcNow() - opened >= olderThan)
            {
                CloseSegment();
            }
        }
    }

    /// <summary>Goes on with the newest segment of an earlier start. What its end tore off was acknowledged to nobody.</summary>
    private void Continue()
    {
        if (folder.Segments() is not [.., var newest])
        {
            return;
        }

        var path = folder.Segment(newest);
        var length = SegmentReader.ValidLength(path);
        if (length == 0)
        {
            // Killed before its header was there.
            File.Delete(path);
            return;
        }

        // Space that was written ahead is there after every kill, and no loss.
        if (SegmentReader.TornLength(path, length) is > 0 and var torn)
        {
            LogCut(path, torn);
        }

        writer = SegmentWriter.Reopen(path, newest, length, options.Value.SegmentBytes);
        opened = new DateTimeOffset(File.GetCreationTimeUtc(path), TimeSpan.Zero);
    }

    private void Write()
    {
        while (Next() is { } batch)
        {
            var kept = TryCommit(batch);
            batch.End(kept);
            spare = batch;
        }
    }

    /// <summary>Waits for records; null when the log is closed and none is left.</summary>
    private LogBatch? Next()
    {
        while (true)
        {
            lock (gate)
            {
                if (gathering.Length > 0)
                {
                    var batch = gathering;
                    gathering = spare ?? new();
                    spare = null;
                    return batch;
                }

                if (!open)
                {
                    return null;
                }
            }

            arrived.WaitOne();
        }
    }

    private bool TryCommit(LogBatch batch)
    {
        lock (disk)
        {
            try
            {
                if (writer is { IsFull: true })
                {
                    CloseSegment();
                }

                if (writer is null)
                {
                    var number = folder.NextNumber();
                    writer = SegmentWriter.Create(folder.Segment(number), number, options.Value.SegmentBytes);
                    opened = time.GetUtcNow();
                }

                writer.Append(batch.Bytes);
                Recovered();
                return true;
            }
            catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
            {
                Abandon(ex);
                return false;
            }
        }
    }

    /// <summary>After a failed write nobody knows what the file holds: it ends where it was safe, and another begins.</summary>
    private void Abandon(Exception cause)
    {
        if (!failing)
        {
            failing = true;
            LogFailing(cause, folder.Root);
        }

        try
        {
            writer?.Close();
        }
        catch (IOException)
        {
            // The reader finds the end by itself; what lies beyond was acknowledged to nobody.
            writer?.Dispose();
        }

        writer = null;
    }

    private void Recovered()
    {
        if (failing)
        {
            failing = false;
            LogRecovered(folder.Root);
        }
    }

    private void CloseSegment()
    {
        lock (disk)
        {
            writer?.Close();
            writer = null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Path} ended in {Bytes} bytes that a crash left unfinished; they are cut")]
    private partial void LogCut(string path, long bytes);

    [LoggerMessage(
        LogLevel.Error,
        "Predictions cannot be kept in {Folder} and are refused until they can: free the disk or restore the folder"
    )]
    private partial void LogFailing(Exception exception, string folder);

    [LoggerMessage(LogLevel.Information, "Predictions are kept in {Folder} again")]
    private partial void LogRecovered(string folder);
}
