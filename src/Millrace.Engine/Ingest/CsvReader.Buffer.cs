using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Unicode;

namespace Millrace.Engine.Ingest;

/// <summary>The piece of the file that is in memory, and where in it a delimiter, a quote or a line end is next.</summary>
internal sealed partial class CsvReader
{
    private const int Block = 64;

    private readonly byte delimiter;
    private readonly byte quote;
    private readonly byte newline;

    private byte[] buffer;
    private int filled;
    private int validated;
    private bool ended;
    private bool suspect;
    private ulong mask;
    private int maskAt;

    /// <summary>The next delimiter, quote or line end, or -1 when the buffer holds none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Next()
    {
        while (mask == 0)
        {
            if (maskAt + Block >= filled)
            {
                return -1;
            }

            maskAt += Block;
            mask = Load(maskAt);
        }

        var i = maskAt + BitOperations.TrailingZeroCount(mask);
        mask &= mask - 1;
        return i;
    }

    private void Seek(int position)
    {
        maskAt = position & ~(Block - 1);
        mask = maskAt < filled ? Load(maskAt) & (ulong.MaxValue << (position - maskAt)) : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Load(int at)
    {
        ref var p = ref MemoryMarshal.GetArrayDataReference(buffer);
        return Bits(Vector256.LoadUnsafe(ref p, (nuint)at))
            | ((ulong)Bits(Vector256.LoadUnsafe(ref p, (nuint)at + 32)) << 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Bits(Vector256<byte> v) =>
        (
            Vector256.Equals(v, Vector256.Create(delimiter))
            | Vector256.Equals(v, Vector256.Create(quote))
            | Vector256.Equals(v, Vector256.Create(newline))
        ).ExtractMostSignificantBits();

    /// <summary>Reads on, with the begun record moved to the front. Returns by how much everything moved.</summary>
    private int Refill()
    {
        // What was looked at already ends here: masks of a partly filled block are made anew.
        var seen = filled;
        var shift = start;
        if (shift > 0)
        {
            buffer.AsSpan(shift, filled - shift).CopyTo(buffer);
            filled -= shift;
            seen -= shift;
            validated -= shift;
            start = 0;
        }

        if (filled > (buffer.Length - Block) / 2)
        {
            Array.Resize(ref buffer, ((buffer.Length - Block) * 2) + Block);
        }

        var read = stream.Read(buffer, filled, buffer.Length - Block - filled);
        ended = read == 0;
        LoneCarriageReturns += newline == '\n' ? buffer.AsSpan(filled, read).Count((byte)'\r') : 0;
        filled += read;
        buffer.AsSpan(filled, Block).Clear();
        Validate();
        Seek(seen);
        return shift;
    }

    private void Validate()
    {
        var until = ended ? filled : WholeRunes(validated, filled);
        var chunk = buffer.AsSpan(validated, Math.Max(0, until - validated));
        suspect |= !Utf8.IsValid(chunk);
        validated = Math.Max(validated, until);
    }

    /// <summary>Where the last whole character ends: a chunk may stop in the middle of one.</summary>
    private int WholeRunes(int from, int until)
    {
        for (var back = 1; back <= 3 && until - back >= from; back++)
        {
            var b = buffer[until - back];
            if (b >= 0xC0)
            {
                var length = b switch
                {
                    >= 0xF0 => 4,
                    >= 0xE0 => 3,
                    _ => 2,
                };
                return length > back ? until - back : until;
            }

            if (b < 0x80)
            {
                break;
            }
        }

        return until;
    }

    /// <summary>To the beginning of the next line, however long this one is; false where none follows.</summary>
    private bool SkipLine()
    {
        int at;
        while ((at = buffer.AsSpan(cursor, filled - cursor).IndexOf(newline)) < 0 && !ended)
        {
            // The last byte may be the carriage return before the line feed.
            start = Math.Max(cursor, filled - 1);
            Refill();
            cursor = start;
        }

        var isPair = newline == '\n' && at > 0 && buffer[cursor + at - 1] == '\r';
        cursor = at < 0 ? filled : cursor + at + 1;
        PlainEnds += at < 0 || isPair ? 0 : 1;
        CarriageReturnEnds += isPair ? 1 : 0;
        LoneCarriageReturns -= isPair ? 1 : 0;
        Seek(cursor);
        return at >= 0;
    }
}
