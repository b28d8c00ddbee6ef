using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using System.Text.Unicode;

namespace Millrace.Engine.Ingest;

/// <summary>What is unusual about a record. Anything but None keeps a file off the fast way; some break the record.</summary>
[Flags]
internal enum RecordFlags
{
    None = 0,

    /// <summary>A quote inside a field that did not begin with one: taken as a character.</summary>
    StrayQuote = 1,

    /// <summary>Blanks after a closing quote: forgiven.</summary>
    BlankAfterQuote = 2,

    /// <summary>Text after a closing quote: the record is broken.</summary>
    TextAfterQuote = 4,

    /// <summary>A quote that never closes: the line is broken, reading goes on with the next.</summary>
    OpenQuote = 8,

    /// <summary>Bytes that are no UTF-8: the record is broken.</summary>
    NotUtf8 = 16,

    /// <summary>A line longer than is read: the record is broken, and only its beginning is kept.</summary>
    TooLong = 32,

    Broken = TextAfterQuote | OpenQuote | NotUtf8 | TooLong,
}

/// <summary>One field within <see cref="CsvReader.Raw"/>.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CsvField(int From, int To, bool Escaped);

/// <summary>
/// Cuts UTF-8 text into records after RFC 4180, and goes on after every record that is broken. It looks at 64 bytes at a
/// time (Langdale and Lemire, "Parsing Gigabytes of JSON per Second", 2019, use the same bit masks), because it reads
/// beside DuckDB's own reader to vouch for what that one accepted. Blank lines are no records.
/// </summary>
internal sealed class CsvReader : IDisposable
{
    private const int Block = 64;

    private readonly Stream stream;
    private readonly CsvDialect dialect;
    private readonly byte delimiter;
    private readonly byte quote;
    private readonly byte newline;

    private byte[] buffer;
    private int cursor;
    private int start;
    private int end;
    private int filled;
    private int validated;
    private bool ended;
    private bool suspect;
    private bool inLongLine;
    private ulong mask;
    private int maskAt;
    private CsvField[] fields = new CsvField[32];
    private long nextLine = 1;

    public CsvReader(Stream stream, CsvDialect dialect, int bufferBytes = 1 << 20)
    {
        this.stream = stream;
        this.dialect = dialect;
        newline = dialect.CarriageReturnOnly ? (byte)'\r' : (byte)'\n';
        delimiter = dialect.WholeLines ? newline : (byte)dialect.Delimiter;
        quote = dialect.WholeLines ? newline : (byte)'"';
        buffer = new byte[bufferBytes + Block];
        maskAt = -Block;
    }

    public int FieldCount { get; private set; }

    public RecordFlags Flags { get; private set; }

    /// <summary>The physical line on which the record begins; the first is 1.</summary>
    public long Line { get; private set; }

    /// <summary>Physical lines up to the end of the record.</summary>
    public long LinesRead => nextLine - 1;

    public long BlankLines { get; private set; }

    /// <summary>Records that ended with a line feed alone, and those that ended with carriage return and line feed.</summary>
    public long PlainEnds { get; private set; }

    public long CarriageReturnEnds { get; private set; }

    /// <summary>All carriage returns less those before a line feed.</summary>
    public long LoneCarriageReturns { get; private set; }

    /// <summary>The bytes of the record without its line end.</summary>
    public ReadOnlySpan<byte> Raw => buffer.AsSpan(start, end - start);

    /// <summary>One field; at least 64 readable bytes follow its beginning in memory.</summary>
    public ReadOnlySpan<byte> this[int field]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            ref readonly var f = ref fields[field];
            return buffer.AsSpan(start + f.From, f.To - f.From);
        }
    }

    public bool IsEscaped(int field) => fields[field].Escaped;

    public string Text(int field)
    {
        var text = Encoding.UTF8.GetString(this[field]);
        return IsEscaped(field) ? text.Replace("\"\"", "\"", StringComparison.Ordinal) : text;
    }

    public string RawText() => Encoding.UTF8.GetString(Raw);

    /// <summary>Goes to the next record; false at the end.</summary>
    public bool Read()
    {
        const int plain = 0,
            inQuotes = 1,
            afterQuote = 2;

        if (inLongLine)
        {
            inLongLine = false;
            SkipLine();
        }

        start = cursor;
        FieldCount = 0;
        Flags = RecordFlags.None;
        Line = nextLine;
        var state = plain;
        var from = start;
        var to = 0;
        var escaped = false;

        while (true)
        {
            var i = Next();
            if (i < 0)
            {
                if (!ended && filled - start < dialect.MaxRecordBytes)
                {
                    var shift = Refill();
                    from -= shift;
                    to -= shift;
                    continue;
                }

                if (state == inQuotes || !ended)
                {
                    return BreakLine();
                }

                if (start == filled)
                {
                    return false;
                }

                cursor = end = filled;
                nextLine++;
                Add(from, filled, state == afterQuote, to, escaped);
                return Finish();
            }

            var b = buffer[i];
            if (b == newline)
            {
                if (state == inQuotes)
                {
                    nextLine++;
                    LoneCarriageReturns -= i > start && buffer[i - 1] == '\r' && newline == '\n' ? 1 : 0;
                    continue;
                }

                nextLine++;
                cursor = i + 1;
                end = i;
                if (newline == '\n' && i > start && buffer[i - 1] == '\r')
                {
                    end--;
                    LoneCarriageReturns--;
                    CarriageReturnEnds++;
                }
                else
                {
                    PlainEnds++;
                }

                if (end == start && FieldCount == 0 && state == plain)
                {
                    BlankLines++;
                    start = from = cursor;
                    Line = nextLine;
                    continue;
                }

                Add(from, end, state == afterQuote, to, escaped);
                return Finish();
            }

            if (b == quote)
            {
                switch (state)
                {
                    case inQuotes:
                        state = afterQuote;
                        to = i;
                        break;
                    case afterQuote when i == to + 1:
                        state = inQuotes;
                        escaped = true;
                        break;
                    case plain when i == from || (dialect.Trim && IsBlank(from, i)):
                        state = inQuotes;
                        from = i + 1;
                        break;
                    case plain:
                        Flags |= RecordFlags.StrayQuote;
                        break;
                    default:
                        Flags |= RecordFlags.TextAfterQuote;
                        break;
                }

                continue;
            }

            if (state == inQuotes)
            {
                continue;
            }

            Add(from, i, state == afterQuote, to, escaped);
            from = i + 1;
            state = plain;
            escaped = false;
        }
    }

    /// <summary>Passes over physical lines, before the first record is read. False when there are fewer.</summary>
    public bool SkipLines(int lines)
    {
        for (; lines > 0; lines--)
        {
            if (!SkipLine())
            {
                return false;
            }

            nextLine++;
        }

        return true;
    }

    public void Dispose() => stream.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(int from, int until, bool quoted, int closed, bool escaped)
    {
        if (FieldCount == fields.Length)
        {
            Array.Resize(ref fields, fields.Length * 2);
        }

        if (quoted)
        {
            if (until != closed + 1)
            {
                Flags |= IsBlank(closed + 1, until) ? RecordFlags.BlankAfterQuote : RecordFlags.TextAfterQuote;
            }

            until = closed;
        }
        else if (dialect.Trim)
        {
            while (from < until && buffer[from] is (byte)' ' or (byte)'\t')
            {
                from++;
            }

            while (until > from && buffer[until - 1] is (byte)' ' or (byte)'\t')
            {
                until--;
            }
        }

        fields[FieldCount++] = new CsvField(from - start, until - start, escaped);
    }

    private bool Finish()
    {
        if (suspect && !Utf8.IsValid(Raw))
        {
            Flags |= RecordFlags.NotUtf8;
        }

        return true;
    }

    /// <summary>The record becomes its first line alone, broken; reading goes on with the line after.</summary>
    private bool BreakLine()
    {
        var line = buffer.AsSpan(start, filled - start).IndexOf(newline);
        end = line < 0 ? filled : start + line;
        cursor = line < 0 ? filled : end + 1;
        nextLine = Line + 1;
        if (newline == '\n' && end > start && buffer[end - 1] == '\r')
        {
            end--;
        }

        FieldCount = 0;
        inLongLine = line < 0 && !ended;
        Flags = inLongLine ? RecordFlags.TooLong : Flags | RecordFlags.OpenQuote;
        Add(start, end, quoted: false, 0, escaped: false);
        Seek(cursor);
        return true;
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

    private bool IsBlank(int from, int until) => buffer.AsSpan(from, until - from).IndexOfAnyExcept((byte)' ') < 0;

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
}
