using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Millrace.Engine.Declarations;

namespace Millrace.Engine.Ingest;

/// <summary>Thrown at bytes that are no UTF-8 in a file of which nothing before told what it is.</summary>
internal sealed class NotUtf8Exception(Source source) : Exception($"{source.Name} is not UTF-8.")
{
    public Source File { get; } = source;
}

/// <param name="Rows">Rows in the file, broken ones included.</param>
/// <param name="Broken">Rows whose structure is broken.</param>
internal sealed record Normalised(long Rows, long Broken, string Sha256, string FirstBroken, long LongestRow);

/// <summary>
/// The careful way, first step: cuts text into rows by our own reader and writes those that are whole as plain CSV with
/// their row number, and the numbers of those that are not beside them. DuckDB then meets no surprise.
/// </summary>
internal sealed class NormaliseText(
    Stream clean,
    Stream broken,
    IReadOnlyList<string> columns,
    IReadOnlyList<string> nulls
)
{
    /// <summary>The structural rules, in the order of the rule numbers that are written: -1, -2 …</summary>
    public static readonly string[] Rules = ["fields", "quotes", "encoding", "json", "length"];

    private static readonly SearchValues<byte> Special = SearchValues.Create(",\"\r\n"u8);
    private readonly byte[][] nullTexts = [.. nulls.Select(Encoding.UTF8.GetBytes)];
    private readonly ArrayBufferWriter<byte> line = new(1 << 16);
    private readonly byte[]?[] cells = new byte[columns.Count][];
    private readonly bool[] given = new bool[columns.Count];

    public Normalised Run(Source source, long offset, Action<long> bytesRead, CancellationToken ct)
    {
        using var bytes = SourceBytes.Open(source.Path, source.Name, source.Coding);
        using var reader = new CsvReader(bytes, source.Dialect);
        var json = source.Format == FileFormat.JsonLines;
        if (!json)
        {
            reader.SkipLines(source.SkipLines);
            if (source.Header)
            {
                reader.Read();
            }
        }

        var at = columns.Select(c => source.Columns.Select(s => s.Name).ToList().IndexOf(c)).ToArray();
        var keys = at.Select(i => i < 0 ? "" : source.Columns[i].Key ?? source.Columns[i].Name).ToArray();
        long rows = 0,
            brokenRows = 0,
            longest = 0;
        var first = "";
        while (reader.Read())
        {
            rows++;
            line.ResetWrittenCount();
            WriteNumber(offset + rows);
            var rule = json ? WriteJson(reader, keys) : WriteCells(reader, source, at);
            if (rule == 0)
            {
                line.Write("\n"u8);
                clean.Write(line.WrittenSpan);
                longest = Math.Max(longest, line.WrittenCount);
            }
            else
            {
                RefuseWrongEncoding(reader, source);
                brokenRows++;
                first = first.Length > 0 ? first : First(reader, source, rule);
                broken.Write(
                    Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{offset + rows},{rule}\n"))
                );
            }

            if ((rows & 0x3FFF) == 0)
            {
                ct.ThrowIfCancellationRequested();
                bytesRead(bytes.BytesRead);
            }
        }

        return new Normalised(rows, brokenRows, bytes.Hash(), first, longest);
    }

    private static void RefuseWrongEncoding(CsvReader reader, Source source)
    {
        if (reader.Flags.HasFlag(RecordFlags.NotUtf8) && !source.Coding.Sure)
        {
            throw new NotUtf8Exception(source);
        }
    }

    private static string First(CsvReader reader, Source source, int rule) =>
        Rules[-rule - 1] switch
        {
            "fields" => $"line {reader.Line} has {reader.FieldCount} fields, not {source.Columns.Count}",
            "quotes" => reader.Flags.HasFlag(RecordFlags.OpenQuote)
                ? $"line {reader.Line} opens a quote that never closes"
                : $"line {reader.Line} has text after a closing quote",
            "encoding" => $"line {reader.Line} is not UTF-8",
            "length" => string.Create(
                CultureInfo.InvariantCulture,
                $"line {reader.Line} is longer than {source.Dialect.MaxRecordBytes:N0} bytes"
            ),
            _ => $"line {reader.Line} is no JSON object that has each key once",
        };

    private int WriteCells(CsvReader reader, Source source, int[] at)
    {
        if ((reader.Flags & RecordFlags.Broken) != RecordFlags.None)
        {
            return reader.Flags.HasFlag(RecordFlags.TooLong) ? -5
                : reader.Flags.HasFlag(RecordFlags.NotUtf8) ? -3
                : -2;
        }

        if (reader.FieldCount != source.Columns.Count)
        {
            return -1;
        }

        foreach (var i in at)
        {
            // Doubled quotes stay doubled: the cell is quoted again.
            WriteCell(reader[i], reader.IsEscaped(i));
        }

        return 0;
    }

    private void WriteCell(ReadOnlySpan<byte> cell, bool escaped)
    {
        line.Write(","u8);
        foreach (var text in nullTexts)
        {
            if (cell.SequenceEqual(text))
            {
                return;
            }
        }

        if (cell.IndexOfAny(Special) < 0)
        {
            line.Write(cell);
            return;
        }

        line.Write("\""u8);
        int quote;
        while (!escaped && (quote = cell.IndexOf((byte)'"')) >= 0)
        {
            line.Write(cell[..(quote + 1)]);
            line.Write("\""u8);
            cell = cell[(quote + 1)..];
        }

        line.Write(cell);
        line.Write("\""u8);
    }

    private int WriteJson(CsvReader reader, string[] keys)
    {
        if ((reader.Flags & RecordFlags.Broken) != RecordFlags.None)
        {
            return reader.Flags.HasFlag(RecordFlags.TooLong) ? -5 : -3;
        }

        Array.Clear(cells);
        Array.Clear(given);
        try
        {
            var json = new Utf8JsonReader(reader.Raw);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return -4;
            }

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var column = ColumnOf(ref json, keys);
                json.Read();
                var value = Value(ref json, reader.Raw);
                if (column >= 0)
                {
                    // Whichever were kept, the other would be lost.
                    if (given[column])
                    {
                        return -4;
                    }

                    given[column] = true;
                    cells[column] = value;
                }
            }

            if (json.Read())
            {
                return -4;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return -4;
        }

        foreach (var cell in cells)
        {
            WriteCell(cell, escaped: false);
        }

        return 0;
    }

    private static int ColumnOf(ref Utf8JsonReader json, string[] keys)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            if (json.ValueTextEquals(keys[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private static byte[]? Value(ref Utf8JsonReader json, ReadOnlySpan<byte> raw)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.String:
                return Encoding.UTF8.GetBytes(json.GetString()!);
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                var from = (int)json.TokenStartIndex;
                json.Skip();
                return raw[from..(int)json.BytesConsumed].ToArray();
            default:
                return json.ValueSpan.ToArray();
        }
    }

    private void WriteNumber(long number)
    {
        var span = line.GetSpan(20);
        Utf8Formatter.TryFormat(number, span, out var written);
        line.Advance(written);
    }
}
