namespace Millrace.Monitoring.PredictionLog;

/// <summary>Records that go to the disk together, and those who wait for them.</summary>
internal sealed class LogBatch
{
    private const int Keep = 4 << 20;

    private byte[] buffer = new byte[64 << 10];
    private TaskCompletionSource<bool> kept = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Bytes => buffer.AsSpan(0, Length);

    /// <summary>Ends with whether the records are on the disk.</summary>
    public Task<bool> Kept => kept.Task;

    public Span<byte> Take(int length)
    {
        if (Length + length > buffer.Length)
        {
            Array.Resize(ref buffer, (int)Math.Min(Array.MaxLength, Math.Max(buffer.Length * 2L, Length + length)));
        }

        var taken = buffer.AsSpan(Length, length);
        Length += length;
        return taken;
    }

    /// <summary>Tells those who wait, and is empty again.</summary>
    public void End(bool isKept)
    {
        var told = kept;
        kept = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Length = 0;
        if (buffer.Length > Keep)
        {
            buffer = new byte[Keep];
        }

        told.SetResult(isKept);
    }
}
