using Millrace.Core;
using Millrace.Engine.Declarations;

namespace Millrace.Engine.Ingest;

/// <summary>Finds out from the first lines how a CSV file is laid out: delimiter, blanks, preamble and header.</summary>
internal static class FindDialect
{
    private const int SampleRecords = 1000;
    private static readonly char[] Delimiters = [',', ';', '\t', '|'];

    /// <summary>A record of the sample.</summary>
    public sealed record Sampled(long Line, long LastLine, RecordFlags Flags, string[] Fields)
    {
        public int Filled => Fields.Count(f => !string.IsNullOrWhiteSpace(f));
    }

    public static CsvDialect Of(byte[] sample, bool whole, ReadOptions read, string name, List<string> notices)
    {
        var crOnly = sample.AsSpan().Contains((byte)'\r') && !sample.AsSpan().Contains((byte)'\n');
        if (crOnly)
        {
            notices.Add($"{name}: lines end with a carriage return alone.");
        }

        var found = new CsvDialect { Delimiter = ',', CarriageReturnOnly = crOnly };
        found = found with { Delimiter = read.Delimiter ?? Delimiter(sample, whole, found, read.SkipRows ?? 0) };
        var trim = read.Trim ?? IsPadded(Records(sample, whole, found, read.SkipRows ?? 0));
        if (trim && read.Trim is null)
        {
            notices.Add($"{name}: blanks around the fields were taken off; set trim to false to keep them.");
        }

        return found with
        {
            Trim = trim,
        };
    }

    public static List<Sampled> Records(byte[] sample, bool whole, CsvDialect dialect, int skipLines)
    {
        using var reader = new CsvReader(new MemoryStream(sample, writable: false), dialect);
        var records = new List<Sampled>();
        if (!reader.SkipLines(skipLines))
        {
            return records;
        }

        while (records.Count < SampleRecords && reader.Read())
        {
            var fields = new string[reader.FieldCount];
            for (var i = 0; i < fields.Length; i++)
            {
                fields[i] = reader.Text(i);
            }

            records.Add(new Sampled(reader.Line, reader.LinesRead, reader.Flags, fields));
        }

        // The sample may end in the middle of its last record.
        if (!whole && records.Count is > 1 and < SampleRecords)
        {
            records.RemoveAt(records.Count - 1);
        }

        return records;
    }

    /// <summary>The number of fields that most records have.</summary>
    public static int Width(IEnumerable<Sampled> records) =>
        records
            .GroupBy(r => r.Fields.Length)
            .OrderByDescending(g => g.Count())
            .ThenByDescending(g => g.Key)
            .Select(g => g.Key)
            .FirstOrDefault(1);

    /// <summary>Refuses a file that begins with something else than its header, and says where the header seems to be.</summary>
    public static void RefusePreamble(string name, List<Sampled> records)
    {
        var width = Width(records);
        var first = records[0];
        if (width < 2 || (first.Fields.Length == width && first.Filled * 2 > width))
        {
            return;
        }

        var table = records.Find(r => r.Fields.Length == width && r.Filled >= width * 0.7);
        if (table is null || table == first)
        {
            return;
        }

        var header = FindHeader.CouldBe(table.Fields);
        throw Refusal.Invalid(
            $"{name}: line {first.Line} does not look like the header, {first.Filled} of its {first.Fields.Length} fields are filled and most lines have {width}. "
                + $"The table seems to begin at line {table.Line} ({Show(table.Fields)}): set skip_rows to {table.Line - 1}"
                + (header ? "" : " and header to false")
                + $". If line {first.Line} does name the columns, set skip_rows to {first.Line - 1}."
        );
    }

    public static string Show(IReadOnlyList<string> fields) =>
        string.Join(", ", fields.Take(4).Select(f => $"'{f.Trim()}'")) + (fields.Count > 4 ? ", …" : "");

    /// <summary>The delimiter that cuts most records, and the first, into the same number of fields.</summary>
    private static char Delimiter(byte[] sample, bool whole, CsvDialect dialect, int skipLines)
    {
        var best = (Delimiter: ',', Score: 0.0);
        foreach (var delimiter in Delimiters)
        {
            var records = Records(sample, whole, dialect with { Delimiter = delimiter }, skipLines);
            var width = Width(records);
            if (width < 2)
            {
                continue;
            }

            var same = records.Count(r => r.Fields.Length == width) / (double)records.Count;
            var score = same + (records[0].Fields.Length == width ? 0.5 : 0) + (0.01 * Math.Min(width, 20));
            if (score > best.Score)
            {
                best = (delimiter, score);
            }
        }

        return best.Delimiter;
    }

    private static bool IsPadded(List<Sampled> records)
    {
        static bool Padded(Sampled record) =>
            record.Fields.Length > 1 && record.Fields.Skip(1).All(f => f.StartsWith(' ') || f.Length == 0);

        return records.Count > 0
            && records[0].Fields.Length > 1
            && records[0].Fields[1].StartsWith(' ')
            && (records.TrueForAll(Padded) || (Padded(records[0]) && FindHeader.CouldBe(records[0].Fields)));
    }
}
