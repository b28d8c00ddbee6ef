using Microsoft.Win32.SafeHandles;

namespace Millrace.Engine.Predictions;

/// <summary>Reads a segment of the prediction log, oldest record first or newest first, through one small window.</summary>
public sealed class SegmentReader : IDisposable
{
    private const int Window = 256 << 10;

    private readonly SafeFileHandle file;
    private byte[] buffer = new byte[Window];
    private long start;
    private int held;

    /// <param name="path">The segment.</param>
    /// <param name="end">Where its records end; null for the end of the file.</param>
    /// <param name="from">Where to read on: what <see cref="After"/> was; 0 for its first record.</param>
    public SegmentReader(string path, long? end, long from = 0)
    {
        file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var length = RandomAccess.GetLength(file);
        End = Math.Min(end ?? length, length);
        Before = End;
        Span<byte> header = stackalloc byte[SegmentFormat.Header.Length];
        var isSegment =
            RandomAccess.Read(file, header, 0) == header.Length && header.SequenceEqual(SegmentFormat.Header);
        After = isSegment ? Math.Max(header.Length, from) : 0;
        End = isSegment ? End : 0;
    }

    /// <summary>Where records end, as far as known.</summary>
    public long End { get; }

    /// <summary>Up to here everything read forward is whole.</summary>
    public long After { get; private set; }

    private long Before { get; set; }

    /// <summary>How many bytes of a segment are whole records; what follows was torn by a crash, or is not used yet.</summary>
    public static long ValidLength(string path)
    {
        using var reader = new SegmentReader(path, null);
        while (reader.TryReadNext(out _)) { }

        return reader.After;
    }

    /// <summary>How many bytes after the whole records somebody had begun to write: space that is only zeros holds nothing.</summary>
    public static long TornLength(string path, long valid)
    {
        using var segment = File.OpenRead(path);
        segment.Position = valid;
        var part = new byte[64 << 10];
        var end = valid;
        int read;
        while ((read = segment.Read(part)) > 0)
        {
            if (part.AsSpan(0, read).LastIndexOfAnyExcept((byte)0) is >= 0 and var last)
            {
                end = segment.Position - read + last + 1;
            }
        }

        return end - valid;
    }

    /// <summary>The next record; false at the end, and at the first that is not whole.</summary>
    public bool TryReadNext(out PredictionRecord record)
    {
        record = default;
        if (After == 0 || !TryHold(After, sizeof(int)))
        {
            return false;
        }

        var length = SegmentFormat.FrameLengthAt(At(After));
        if (length == 0 || !TryHold(After, length) || !SegmentFormat.TryRead(At(After)[..length], out record))
        {
            return false;
        }

        After += length;
        return true;
    }

    /// <summary>The record before the one last read, from the end; false at the beginning, and at the first that is not whole.</summary>
    public bool TryReadPrevious(out PredictionRecord record)
    {
        record = default;
        var last = Before - sizeof(int);
        if (last < SegmentFormat.Header.Length || !TryHoldBack(Before, sizeof(int)))
        {
            return false;
        }

        var length = SegmentFormat.FrameLengthAt(At(last));
        var frame = Before - length;
        if (
            length == 0
            || frame < SegmentFormat.Header.Length
            || !TryHoldBack(Before, length)
            || !SegmentFormat.TryRead(At(frame)[..length], out record)
        )
        {
            return false;
        }

        Before = frame;
        return true;
    }

    public void Dispose() => file.Dispose();

    private ReadOnlySpan<byte> At(long position) =>
        buffer.AsSpan((int)(position - start), (int)(start + held - position));

    /// <summary>Makes the window begin at the position where it does not hold that much of it yet.</summary>
    private bool TryHold(long position, int length) =>
        position + length <= End && (Holds(position, length) || Fill(position, length));

    private bool TryHoldBack(long end, int length) =>
        Holds(end - length, length)
        || Fill(Math.Max(0, end - Math.Max(Window, length)), (int)Math.Min(end, Math.Max(Window, length)));

    private bool Holds(long position, int length) => position >= start && position + length <= start + held;

    private bool Fill(long position, int atLeast)
    {
        if (buffer.Length < atLeast)
        {
            buffer = new byte[atLeast];
        }

        start = position;
        held = 0;
        var wanted = (int)Math.Min(buffer.Length, End - position);
        while (held < wanted)
        {
            var got = RandomAccess.Read(file, buffer.AsSpan(held, wanted - held), position + held);
            if (got == 0)
            {
                break;
            }

            held += got;
        }

        return held >= atLeast;
    }
}
