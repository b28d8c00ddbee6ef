using System.Buffers.Binary;
using System.IO.Hashing;
using Millrace.Core;

namespace Millrace.Engine.Predictions;

/// <summary>
/// The bytes of the prediction log. A segment is a header and frames; a frame is length, CRC-32 of the payload, payload, and
/// the length again, so that the newest can be read from the end. A segment at work is followed by zeros (a length of 0 ends
/// it). See docs/decisions/0031-prediction-log.md.
/// </summary>
public static class SegmentFormat
{
    public const string Extension = ".log";

    /// <summary>What surrounds a payload.</summary>
    public const int FrameOverhead = 12;

    /// <summary>Larger than any record: a length beyond it is not one.</summary>
    public const int MaxPayload = 1 << 26;

    private const int Fixed = 16 + 8 + 4 + 4 + 1 + 1 + 4 + 4;

    public static ReadOnlySpan<byte> Header => "MRPLOG\0\u0001"u8;

    public static int FrameLength(in PredictionRecord record) =>
        FrameOverhead
        + Fixed
        + record.Endpoint.Length
        + record.Model.Length
        + record.Inputs.Length
        + record.Output.Length;

    /// <param name="frame">Exactly <see cref="FrameLength"/> bytes.</param>
    public static void Write(Span<byte> frame, in PredictionRecord record)
    {
        var length = frame.Length - FrameOverhead;
        var payload = frame.Slice(8, length);
        BinaryPrimitives.WriteUInt128LittleEndian(payload, record.Id.Value);
        BinaryPrimitives.WriteInt64LittleEndian(payload[16..], record.At);
        BinaryPrimitives.WriteInt32LittleEndian(payload[24..], record.LatencyMicroseconds);
        BinaryPrimitives.WriteInt32LittleEndian(payload[28..], record.Version);
        payload[32] = (byte)record.Endpoint.Length;
        payload[33] = (byte)record.Model.Length;
        BinaryPrimitives.WriteInt32LittleEndian(payload[34..], record.Inputs.Length);
        BinaryPrimitives.WriteInt32LittleEndian(payload[38..], record.Output.Length);
        var rest = payload[Fixed..];
        Take(ref rest, record.Endpoint);
        Take(ref rest, record.Model);
        Take(ref rest, record.Inputs);
        Take(ref rest, record.Output);
        BinaryPrimitives.WriteInt32LittleEndian(frame, length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], Crc32.HashToUInt32(payload));
        BinaryPrimitives.WriteInt32LittleEndian(frame[(8 + length)..], length);
    }

    /// <summary>The length of the frame that starts here, from its first four bytes; 0 where none does.</summary>
    public static int FrameLengthAt(ReadOnlySpan<byte> start)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(start);
        return length is >= Fixed and <= MaxPayload ? length + FrameOverhead : 0;
    }

    /// <summary>Reads a whole frame; false where it is not one, or not the one that was written.</summary>
    public static bool TryRead(ReadOnlySpan<byte> frame, out PredictionRecord record)
    {
        record = default;
        var length = frame.Length - FrameOverhead;
        if (
            BinaryPrimitives.ReadInt32LittleEndian(frame) != length
            || BinaryPrimitives.ReadInt32LittleEndian(frame[(8 + length)..]) != length
        )
        {
            return false;
        }

        var payload = frame.Slice(8, length);
        if (BinaryPrimitives.ReadUInt32LittleEndian(frame[4..]) != Crc32.HashToUInt32(payload))
        {
            return false;
        }

        var inputs = BinaryPrimitives.ReadInt32LittleEndian(payload[34..]);
        var output = BinaryPrimitives.ReadInt32LittleEndian(payload[38..]);
        var model = Fixed + payload[32];
        if (inputs < 0 || output < 0 || length != (long)model + payload[33] + inputs + output)
        {
            return false;
        }

        record = new PredictionRecord
        {
            Id = new PredictionId(BinaryPrimitives.ReadUInt128LittleEndian(payload)),
            At = BinaryPrimitives.ReadInt64LittleEndian(payload[16..]),
            LatencyMicroseconds = BinaryPrimitives.ReadInt32LittleEndian(payload[24..]),
            Version = BinaryPrimitives.ReadInt32LittleEndian(payload[28..]),
            Endpoint = payload[Fixed..model],
            Model = payload.Slice(model, payload[33]),
            Inputs = payload.Slice(model + payload[33], inputs),
            Output = payload[^output..],
        };
        return true;
    }

    private static void Take(ref Span<byte> rest, ReadOnlySpan<byte> part)
    {
        part.CopyTo(rest);
        rest = rest[part.Length..];
    }
}
