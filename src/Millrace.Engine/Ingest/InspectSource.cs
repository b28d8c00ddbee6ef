using System.Text;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Ingest;

/// <summary>Finds out what a file is and how to read it, from its first bytes; refuses what cannot be read, with the remedy.</summary>
internal static class InspectSource
{
    private const int SampleBytes = 1 << 22;

    private static readonly (byte[] Magic, string What)[] Foreign =
    [
        ([0x50, 0x4B, 0x03, 0x04], "a zip archive or Excel workbook"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an old Excel workbook"),
        ([0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd"),
        ("BZh"u8.ToArray(), "compressed with bzip2"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "compressed with xz"),
        ("%PDF"u8.ToArray(), "a PDF document"),
        ("SQLite format 3"u8.ToArray(), "an SQLite database"),
    ];

    public static Source Run(
        string path,
        string name,
        ReadOptions read,
        DuckSession duck,
        List<string> notices,
        CancellationToken ct
    )
    {
        var magic = Head(path, name);
        foreach (var (bytes, what) in Foreign)
        {
            if (magic.AsSpan().StartsWith(bytes))
            {
                throw Refusal.Invalid(
                    $"{name} is {what}: unpack or export it as CSV (plain or gzip), JSON lines or Parquet first."
                );
            }
        }

        var isParquet = magic.AsSpan().StartsWith("PAR1"u8);
        if (isParquet || read.Format == FileFormat.Parquet || HasExtension(path, ".parquet"))
        {
            return isParquet
                ? InspectParquet.Run(path, name, duck, notices, ct)
                : throw Refusal.Invalid(
                    $"{name} is not a Parquet file: it does not begin with PAR1. If it is text, set format to csv or json_lines and give it another ending."
                );
        }

        var gzip = magic.AsSpan().StartsWith([(byte)0x1F, (byte)0x8B]);
        var (sample, whole) = Sample(path, name, new TextCoding(gzip, null, Sure: false), keepMark: true);
        if (
            sample.AsSpan().Trim(" \t\r\n\0\uFEFF"u8).IsEmpty
            && !(sample.Length > 0 && sample.AsSpan().Contains((byte)0))
        )
        {
            throw Refusal.Invalid($"{name} is empty: there is nothing to take in.");
        }

        var (encoding, sure) = read.Encoding is { } named
            ? (FindEncoding.Named(named), true)
            : FindEncoding.Of(name, sample, whole, notices);
        var coding = new TextCoding(gzip, encoding, sure);
        (sample, whole) = Sample(path, name, coding, keepMark: false);
        return IsJson(path, sample, read.Format)
            ? InspectJsonLines.Run(path, name, coding, sample, notices, ct)
            : InspectCsv(path, name, coding, sample, whole, read, notices);
    }

    /// <summary>The same file by the encoding that its rows show: its beginning was the same in any.</summary>
    public static Source Recode(Source source, ReadOptions read, List<string> notices)
    {
        var sample = RowsBeyondAscii(source);
        var coding = source.Coding with
        {
            Encoding = FindEncoding.Guessed(source.Name, sample, whole: true, notices),
            Sure = true,
        };
        var (text, whole) = Sample(source.Path, source.Name, coding, keepMark: false);
        return source.Format == FileFormat.Csv
            ? InspectCsv(source.Path, source.Name, coding, text, whole, read, [])
            : source with
            {
                Coding = coding,
            };
    }

    private static Source InspectCsv(
        string path,
        string name,
        TextCoding coding,
        byte[] sample,
        bool whole,
        ReadOptions read,
        List<string> notices
    )
    {
        if (read.Delimiter is > '\x7F' or '"' or '\n' or '\r')
        {
            throw Refusal.Invalid(
                $"'{read.Delimiter}' cannot be a delimiter: use a plain character such as , ; | or a tab."
            );
        }

        var dialect = FindDialect.Of(sample, whole, read, name, notices);
        var skip = read.SkipRows ?? 0;
        var records = FindDialect.Records(sample, whole, dialect, skip);
        if (records.Count == 0)
        {
            throw Refusal.Invalid($"{name} has no line after the first {skip}: lower skip_rows.");
        }

        if (read.SkipRows is null && read.Header != false)
        {
            FindDialect.RefusePreamble(name, records);
        }

        var oneLine = whole && records.Count == 1;
        if (oneLine && read.Header is null)
        {
            throw Refusal.Invalid(
                $"{name} has one line only ({FindDialect.Show(records[0].Fields)}): if it is data, set header to false; if it names the columns, there are no rows."
            );
        }

        var header = read.Header ?? FindHeader.Is(name, records, notices);
        if (oneLine && header)
        {
            throw Refusal.Invalid(
                $"{name} has a header and no rows: there is nothing to take in. If line {records[0].Line} is data, set header to false."
            );
        }

        var names = header
            ? ColumnNames.From(records[0].Fields, name, notices)
            : ColumnNames.Numbered(0, FindDialect.Width(records));
        var rows = header ? records.Skip(1).ToList() : records;
        return new Source
        {
            Path = path,
            Name = name,
            Format = FileFormat.Csv,
            Coding = coding,
            Dialect = dialect,
            SkipLines = skip,
            Header = header,
            CarriageReturns = sample.AsSpan().IndexOf((byte)'\n') is > 0 and var end && sample[end - 1] == '\r',
            LinesBeforeData = header ? (int)records[0].LastLine : skip,
            Columns = [.. names.Select((n, i) => new SourceColumn(n, FindHeader.ColumnTypeOf(Valued(rows, read), i)))],
            Plain =
                coding.Encoding is null
                && !dialect.Trim
                && !dialect.CarriageReturnOnly
                && (!header || records[0].Line == records[0].LastLine)
                && rows.TrueForAll(r => r.Flags == RecordFlags.None && r.Fields.Length == names.Count),
        };
    }

    private static IEnumerable<FindDialect.Sampled> Valued(List<FindDialect.Sampled> rows, ReadOptions read) =>
        read.NullValues.Count == 0
            ? rows
            : rows.Select(r =>
                r with
                {
                    Fields = [.. r.Fields.Select(f => read.NullValues.Contains(f, StringComparer.Ordinal) ? "" : f)],
                }
            );

    private static byte[] Head(string path, string name)
    {
        using var file = SourceBytes.OpenFile(path, name);
        var head = new byte[16];
        var read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return head[..read];
    }

    private static (byte[] Sample, bool Whole) Sample(string path, string name, TextCoding coding, bool keepMark)
    {
        using var bytes = SourceBytes.Open(path, name, coding, keepMark);
        var sample = new byte[SampleBytes];
        var read = bytes.ReadAtLeast(sample, sample.Length, throwOnEndOfStream: false);
        return (sample[..read], read < sample.Length);
    }

    private static byte[] RowsBeyondAscii(Source source)
    {
        using var reader = source.OpenRecords();
        using var found = new MemoryStream();
        while (found.Length < SampleBytes && reader.Read())
        {
            if (!Ascii.IsValid(reader.Raw))
            {
                found.Write(reader.Raw);
                found.WriteByte((byte)'\n');
            }
        }

        return found.ToArray();
    }

    private static bool IsJson(string path, ReadOnlySpan<byte> sample, FileFormat? format)
    {
        if (format is { } said)
        {
            return said == FileFormat.JsonLines;
        }

        var start = sample.TrimStart(" \t\r\n"u8);
        return start.Length > 0
            && (
                (start[0] == '{' && start.Contains((byte)':'))
                || (start[0] == '[' && (HasExtension(path, ".json") || HasExtension(path, ".jsonl")))
            );
    }

    private static bool HasExtension(string path, string extension) =>
        path.EndsWith(extension, StringComparison.OrdinalIgnoreCase)
        || path.EndsWith(extension + ".gz", StringComparison.OrdinalIgnoreCase);
}
