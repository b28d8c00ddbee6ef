using Microsoft.Win32.SafeHandles;
using Millrace.Core;
using Millrace.Engine.Predictions;

namespace Millrace.Monitoring.PredictionLog;

/// <summary>
/// Appends to one segment. Space is written with zeros ahead of the records: a flush that changes no file size is twice as
/// fast, because the file system has nothing to enter into its journal.
/// </summary>
internal sealed class SegmentWriter : IDisposable
{
    private const int Ahead = 4 << 20;
    private static readonly byte[] Zeros = new byte[64 << 10];

    private readonly SafeFileHandle file;
    private readonly long capacity;
    private long space;

    private SegmentWriter(SafeFileHandle file, string path, long number, long length, long capacity)
    {
        this.file = file;
        this.capacity = capacity;
        Path = path;
        Number = number;
        Length = length;
        space = length;
    }

    public long Number { get; }

    public string Path { get; }

    /// <summary>The bytes that are safe on the disk.</summary>
    public long Length { get; private set; }

    public bool IsFull => Length >= capacity;

    public static SegmentWriter Create(string path, long number, long capacity)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        try
        {
            var writer = new SegmentWriter(handle, path, number, 0, capacity);
            writer.Append(SegmentFormat.Header);
            Durable.FlushFolder(System.IO.Path.GetDirectoryName(path)!);
            return writer;
        }
        catch
        {
            // On a full disk every batch would leave one more.
            handle.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Goes on with a segment of an earlier start; what its crash tore off is cut.</summary>
    public static SegmentWriter Reopen(string path, long number, long length, long capacity)
    {
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        RandomAccess.SetLength(handle, length);
        return new(handle, path, number, length, capacity);
    }

    /// <summary>Returns when the bytes are on the disk.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (Length + bytes.Length > space)
        {
            Extend(Length + bytes.Length);
        }

        RandomAccess.Write(file, bytes, Length);
        RandomAccess.FlushToDisk(file);
        Length += bytes.Length;
    }

    /// <summary>Gives back the space that was not used. The segment is then as long as its records.</summary>
    public void Close()
    {
        if (!file.IsClosed)
        {
            RandomAccess.SetLength(file, Length);
            RandomAccess.FlushToDisk(file);
            file.Dispose();
        }
    }

    public void Dispose() => file.Dispose();

    /// <summary>Space beyond what is needed now, but no more than the segment may come to.</summary>
    private void Extend(long needed)
    {
        var wanted = Math.Max(needed, Math.Min(space + Ahead, capacity));
        while (space < wanted)
        {
            var part = (int)Math.Min(Zeros.Length, wanted - space);
            RandomAccess.Write(file, Zeros.AsSpan(0, part), space);
            space += part;
        }
    }
}
