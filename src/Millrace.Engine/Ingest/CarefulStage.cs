using System.Globalization;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Ingest;

/// <summary>Rows of all files with number and typed columns, as something to select from, and what is known of the files.</summary>
internal sealed record Staged(
    string Relation,
    IReadOnlyList<IngestColumn> Columns,
    IReadOnlySet<string> Unread,
    IReadOnlyList<SourceRows> Sources
);

/// <param name="Offset">Row numbers of this file begin after this one.</param>
internal sealed record SourceRows(Source Source, long Offset, long Rows, string Sha256);

/// <summary>The careful way: every row is cut out by our own reader, staged as text, and only then read as its types, which are found out over all rows.</summary>
internal sealed class CarefulStage(DuckSession duck, IngestSpec spec, string spill, ReadingProgress progress)
{
    private const int DefaultMaxLine = 1_900_000;

    public Staged Run(IReadOnlyList<Source> sources, IReadOnlyList<IngestColumn> columns, CancellationToken ct)
    {
        var rows = Normalise(sources, columns, out var longest, ct);
        if (sources.Any(s => s.Format != FileFormat.Parquet))
        {
            Stage(columns, longest, ct);
        }

        var typed = columns.Any(c => c.Type is null) ? FindTypes(columns, ct) : columns;
        var mixed = sources.Any(s => s.Format == FileFormat.Parquet);
        var parts = mixed
            ? rows.Select(r => r.Source.Format == FileFormat.Parquet ? Parquet(r, typed) : Text(typed, r))
            : [Text(typed, null)];
        var unread = typed
            .Where(c => mixed || c.KnownType != ColumnType.String)
            .Select(c => c.Name)
            .ToHashSet(StringComparer.Ordinal);
        return new Staged($"({string.Join("\nUNION ALL\n", parts)})", typed, unread, rows);
    }

    private string StagePath => Path.Combine(spill, "stage.parquet");

    private List<SourceRows> Normalise(
        IReadOnlyList<Source> sources,
        IReadOnlyList<IngestColumn> columns,
        out long longest,
        CancellationToken ct
    )
    {
        var found = new List<SourceRows>();
        longest = 0;
        using (var clean = Create("clean.csv"))
        using (var broken = Create("broken.csv"))
        {
            var normalise = new NormaliseText(clean, broken, [.. columns.Select(c => c.Name)], spec.Read.NullValues);
            long offset = 0;
            foreach (var source in sources)
            {
                progress.Reading(source);
                if (source.Format == FileFormat.Parquet)
                {
                    var count = duck.Count($"SELECT count(*) FROM read_parquet({Sql.Files([source.Path])})", ct);
                    found.Add(new SourceRows(source, offset, count, FileHash.Of(source.Path, ct)));
                    offset += count;
                    continue;
                }

                var done = normalise.Run(source, offset, progress.Bytes, ct);
                RefuseBroken(source, done);
                longest = Math.Max(longest, done.LongestRow);
                found.Add(new SourceRows(source, offset, done.Rows, done.Sha256));
                offset += done.Rows;
            }
        }

        duck.Execute(
            $"INSERT INTO broken SELECT c0, [c1] FROM read_csv({Sql.Files([Path.Combine(spill, "broken.csv")])}, auto_detect = false, header = false, new_line = '\\n', delim = ',', columns = {"{'c0': 'BIGINT', 'c1': 'INTEGER'}"})",
            ct
        );
        return found;
    }

    private static void RefuseBroken(Source source, Normalised done)
    {
        if (done.Broken == 0 || done.Broken * 10 < done.Rows * 9)
        {
            return;
        }

        var tab = source.Dialect.Delimiter == '\t' ? "a tab" : $"'{source.Dialect.Delimiter}'";
        var remedy =
            source.Format == FileFormat.Csv
                ? $"It was read with {tab} as delimiter: set delimiter, skip_rows or header if that is wrong."
                : "";
        throw Refusal.Invalid(
            string.Create(
                    CultureInfo.InvariantCulture,
                    $"{source.Name}: {done.Broken:N0} of {done.Rows:N0} rows are broken: {done.FirstBroken}. {remedy}"
                )
                .TrimEnd()
        );
    }

    private void Stage(IReadOnlyList<IngestColumn> columns, long longest, CancellationToken ct)
    {
        var typed = string.Concat(Enumerable.Range(0, columns.Count).Select(i => $", 'c{i}': 'VARCHAR'"));
        // One long row makes DuckDB hold buffers of sixteen times its length unless told otherwise.
        var limits =
            longest <= DefaultMaxLine
                ? ""
                : $", max_line_size = {longest + 1024}, buffer_size = {(longest + 1024) * 2}";
        duck.Execute(
            $"""
            COPY (
                SELECT * FROM read_csv({Sql.Files([
                Path.Combine(spill, "clean.csv"),
            ])}, auto_detect = false, header = false, new_line = '\n', delim = ',', quote = '"', escape = '"',
                    nullstr = '', columns = {"{"}'row': 'BIGINT'{typed}{"}"}{limits})
            ) TO {Sql.Literal(StagePath)} (FORMAT parquet, COMPRESSION lz4_raw)
            """,
            ct
        );
        File.Delete(Path.Combine(spill, "clean.csv"));
    }

    private IReadOnlyList<IngestColumn> FindTypes(IReadOnlyList<IngestColumn> columns, CancellationToken ct)
    {
        ColumnType[] tried =
        [
            ColumnType.Int64,
            ColumnType.Double,
            ColumnType.Bool,
            ColumnType.Date,
            ColumnType.Timestamp,
        ];
        var open = columns.Select((c, i) => (Column: c, Index: i)).Where(c => c.Column.Type is null).ToList();
        var counts = open.Select(c =>
        {
            var text = $"trim(c{c.Index}, ' \t')";
            var each = tried.Select(t => $"count(*) FILTER ({text} <> '' AND {TypeSql.Looks(text, t)})");
            return $"[count(*) FILTER ({text} <> ''), {string.Join(", ", each)}]";
        });
        var found = duck.Query(
            $"SELECT {string.Join(",\n", counts)} FROM read_parquet({Sql.Files([StagePath])})",
            r => Enumerable.Range(0, open.Count).Select(i => ((List<long>)r.GetValue(i)).ToArray()).ToArray(),
            ct
        )[0];
        var types = open.Select((c, i) => (c.Index, Type: Narrowest(found[i], tried, c.Column.IsText)))
            .ToDictionary(t => t.Index, t => t.Type);
        return [.. columns.Select((c, i) => types.TryGetValue(i, out var type) ? c with { Type = type } : c)];
    }

    private static ColumnType Narrowest(long[] counts, ColumnType[] tried, bool isText)
    {
        for (var i = isText ? 2 : 0; i < tried.Length && counts[0] > 0; i++)
        {
            if (counts[i + 1] == counts[0])
            {
                return tried[i];
            }
        }

        return ColumnType.String;
    }

    private string Text(IReadOnlyList<IngestColumn> columns, SourceRows? only)
    {
        var cells = columns.Select(
            (c, i) =>
            {
                var cell = $"c{i}";
                var value = TypeSql.Parse(cell, c.KnownType, c.Rule.Format);
                var named = $"{value} AS {Sql.Identifier(c.Name)}";
                return c.KnownType == ColumnType.String && only is null
                    ? named
                    : $"{named}, coalesce(trim({cell}, ' \t') <> '' AND ({value}) IS NULL, false) AS {Sql.Identifier(c.Name + RowRules.UnreadSuffix)}";
            }
        );
        var where = only is null ? "" : $" WHERE row BETWEEN {only.Offset + 1} AND {only.Offset + only.Rows}";
        return $"SELECT row AS {RowCheck.RowName}, {string.Join(", ", cells)} FROM read_parquet({Sql.Files([StagePath])}){where}";
    }

    private static string Parquet(SourceRows rows, IReadOnlyList<IngestColumn> columns)
    {
        var cells = columns.Select(c =>
        {
            var source = rows.Source.Columns.First(s => string.Equals(s.Name, c.Name, StringComparison.Ordinal));
            var value = TypeSql.Convert(source, c);
            return $"{value} AS {Sql.Identifier(c.Name)}, ({Sql.Identifier(c.Name)} IS NOT NULL AND ({value}) IS NULL) AS {Sql.Identifier(c.Name + RowRules.UnreadSuffix)}";
        });
        return $"SELECT file_row_number + {rows.Offset + 1} AS {RowCheck.RowName}, {string.Join(", ", cells)} FROM {rows.Source.FromParquet([rows.Source.Path], numbered: true)}";
    }

    private FileStream Create(string name) =>
        new(Path.Combine(spill, name), FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 20);
}
