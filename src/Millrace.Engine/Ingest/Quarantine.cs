using System.Globalization;
using System.Text;
using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Ingest;

/// <summary>
/// Writes the rows that broke rules: number in their file, file, line, column, rule, every rule with its cell's column, and
/// the text as it stood there, which is fetched by reading the files again up to the last such row.
/// </summary>
internal sealed class Quarantine(
    DuckSession duck,
    string spill,
    IReadOnlyList<SourceRows> sources,
    IReadOnlyList<RowRule> rules
)
{
    private const int Batch = 200_000;

    public void Write(string to, ReadingProgress progress, CancellationToken ct)
    {
        WriteRaw(progress, ct);
        NameRulesAndFiles(ct);
        var raw = Path.Combine(spill, "raw.csv");
        duck.Execute(
            $"""
            COPY (
                SELECT b.row - s.first AS row, s.file, r.line, nullif(f.name, '') AS "column", f.rule, b.reason, r.raw
                FROM (
                    SELECT row, rules[1] AS rule,
                        array_to_string(list_transform(rules, lambda n: {Sql.List(Reasons())}[n + {NormaliseText.Rules.Length + 1}]), '; ') AS reason
                    FROM broken
                ) AS b
                JOIN row_rules AS f ON f.number = b.rule
                JOIN row_sources AS s ON b.row > s.first AND b.row <= s.last
                LEFT JOIN read_csv({Sql.Files([
                raw,
            ])}, auto_detect = false, header = false, new_line = '\n', delim = ',', quote = '"', escape = '"', allow_quoted_nulls = false,
                    max_line_size = {LongestRaw}, buffer_size = {LongestRaw * 2},
                    columns = {"{'row': 'BIGINT', 'line': 'BIGINT', 'raw': 'VARCHAR'}"}) AS r ON r.row = b.row
                ORDER BY b.row
            ) TO {Sql.Literal(to)} (FORMAT parquet, COMPRESSION zstd)
            """,
            ct
        );
    }

    /// <summary>How many rows broke each rule, most first. A row may break several.</summary>
    public IReadOnlyList<BrokenRule> Count(CancellationToken ct)
    {
        NameRulesAndFiles(ct);
        return duck.Query(
            """
            SELECT f.name, f.rule, count(*) AS rows
            FROM (SELECT unnest(rules) AS number FROM broken) AS b JOIN row_rules AS f USING (number)
            GROUP BY ALL ORDER BY rows DESC, f.name, f.rule
            """,
            r => new BrokenRule(r.GetString(0), r.GetString(1), r.GetInt64(2)),
            ct
        );
    }

    private int LongestRaw { get; set; } = 2_000_000;

    /// <summary>Structural rules, which have the negative numbers, before those of the contract, which begin at 0.</summary>
    private IEnumerable<string> Reasons() =>
        NormaliseText.Rules.Reverse().Concat(rules.Select(r => $"{r.Column}: {r.Name}"));

    private void NameRulesAndFiles(CancellationToken ct)
    {
        var named = rules
            .Select(r => (r.Number, r.Column, r.Name))
            .Concat(NormaliseText.Rules.Select((name, i) => (Number: -i - 1, Column: "", Name: name)));
        duck.Execute(
            $"""
            CREATE OR REPLACE TEMP TABLE row_rules AS
            SELECT * FROM (VALUES {string.Join(
                ", ",
                named.Select(r => $"({r.Number}, {Sql.Literal(r.Column)}, {Sql.Literal(r.Name)})")
            )}) AS t(number, name, rule);
            CREATE OR REPLACE TEMP TABLE row_sources AS
            SELECT * FROM (VALUES {string.Join(
                ", ",
                sources.Select(s => $"({s.Offset}::BIGINT, {s.Offset + s.Rows}::BIGINT, {Sql.Literal(s.Source.Name)})")
            )}) AS t(first, last, file)
            """,
            ct
        );
    }

    private void WriteRaw(ReadingProgress progress, CancellationToken ct)
    {
        using var to = new FileStream(
            Path.Combine(spill, "raw.csv"),
            FileMode.Create,
            FileAccess.Write,
            FileShare.Read,
            1 << 20
        );
        foreach (var source in sources)
        {
            progress.Reading(source.Source);
            if (source.Source.Format == FileFormat.Parquet)
            {
                WriteParquetRows(to, source, ct);
            }
            else
            {
                WriteRecords(to, source, ct);
            }
        }
    }

    private void WriteRecords(Stream to, SourceRows source, CancellationToken ct)
    {
        var wanted = Next(source, source.Offset, ct);
        if (wanted.Count == 0)
        {
            return;
        }

        using var reader = source.Source.OpenRecords();
        var row = source.Offset;
        var at = 0;
        while (reader.Read())
        {
            if (++row != wanted[at])
            {
                continue;
            }

            Write(to, row, reader.Line, reader.RawText());
            if (++at == wanted.Count)
            {
                wanted = Next(source, row, ct);
                at = 0;
                if (wanted.Count == 0)
                {
                    return;
                }
            }
        }
    }

    private void WriteParquetRows(Stream to, SourceRows source, CancellationToken ct)
    {
        var after = source.Offset;
        var fields = string.Join(
            ", ",
            source.Source.Columns.Select(c => $"{Sql.Literal(c.Name)}: {Sql.Identifier(c.Name)}")
        );
        while (true)
        {
            var rows = duck.Query(
                $"""
                SELECT b.row, raw
                FROM (SELECT row FROM broken WHERE row > {after} AND row <= {source.Offset
                    + source.Rows} ORDER BY row LIMIT {Batch}) AS b
                JOIN (SELECT file_row_number + {source.Offset + 1} AS row, CAST(to_json({"{"}{fields}{"}"}) AS VARCHAR) AS raw
                    FROM {source.Source.FromParquet([source.Source.Path], numbered: true)}) AS p ON p.row = b.row
                ORDER BY b.row
                """,
                r => (Row: r.GetInt64(0), Raw: r.GetString(1)),
                ct
            );
            if (rows.Count == 0)
            {
                return;
            }

            foreach (var (row, raw) in rows)
            {
                Write(to, row, row - source.Offset, raw);
            }

            after = rows[^1].Row;
        }
    }

    private IReadOnlyList<long> Next(SourceRows source, long after, CancellationToken ct) =>
        duck.Query(
            $"SELECT row FROM broken WHERE row > {after} AND row <= {source.Offset + source.Rows} ORDER BY row LIMIT {Batch}",
            r => r.GetInt64(0),
            ct
        );

    private void Write(Stream to, long row, long line, string raw)
    {
        // A zero character would end the text for some readers of the quarantine.
        var text = raw.Replace("\"", "\"\"", StringComparison.Ordinal).Replace('\0', '\uFFFD');
        var bytes = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{row},{line},\"{text}\"\n"));
        LongestRaw = Math.Max(LongestRaw, bytes.Length + 1024);
        to.Write(bytes);
    }
}
