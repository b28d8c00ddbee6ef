using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Millrace.Engine.Ingest;

/// <summary>One field within <see cref="CsvReader.Raw"/>.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CsvField(int From, int To, bool Escaped);

/// <summary>
/// Cuts UTF-8 text into records after RFC 4180, and goes on after every record that is broken. It looks at 64 bytes at a
/// time (Langdale and Lemire, "Parsing Gigabytes of JSON per Second", 2019, use the same bit masks), because it reads
/// beside DuckDB's own reader to vouch for what that one accepted. Blank lines are no records.
/// </summary>
internal sealed partial class CsvReader : IDisposable
{
    private readonly Stream stream;
    private readonly CsvDialect dialect;
    private int cursor;
    private int start;
    private int end;
    private bool inLongLine;
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

    private bool IsBlank(int from, int until) => buffer.AsSpan(from, until - from).IndexOfAnyExcept((byte)' ') < 0;
}
