using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Ingest;

/// <summary>The fast way: one statement from the files to Parquet, that fails at the first cell which is not what it should be.</summary>
internal static class FastCopySql
{
    public static string Copy(
        IReadOnlyList<Source> sources,
        IReadOnlyList<IngestColumn> columns,
        IReadOnlyList<string> nulls,
        string to
    ) =>
        $"COPY ({string.Join("\nUNION ALL\n", Groups(sources).Select(g => Select(g, columns, nulls)))}) TO {Sql.Literal(to)} ({Sql.StoredParquet})";

    /// <summary>What DuckDB's reader is asked to make of each column of a CSV file; null where it stays text.</summary>
    public static ColumnType?[] ReadTypes(Source source, IReadOnlyList<IngestColumn> columns) =>
        [
            .. source.Columns.Select(c =>
                columns.FirstOrDefault(p => string.Equals(p.Name, c.Name, StringComparison.Ordinal))
                    is not { Type: { } type } column
                    ? null
                : column.Rule.Format is null ? type
                : TypeSql.Epoch(column.Rule.Format) is null ? (ColumnType?)null
                : ColumnType.Int64
            ),
        ];

    /// <summary>Files of one layout are read by one reader.</summary>
    private static List<List<Source>> Groups(IReadOnlyList<Source> sources)
    {
        var groups = new List<List<Source>>();
        foreach (var source in sources)
        {
            if (groups.Count > 0 && IsAlike(groups[^1][0], source))
            {
                groups[^1].Add(source);
            }
            else
            {
                groups.Add([source]);
            }
        }

        return groups;
    }

    private static bool IsAlike(Source a, Source b) =>
        a.Format == b.Format
        && a.Coding == b.Coding
        && a.Dialect == b.Dialect
        && a.LinesBeforeData == b.LinesBeforeData
        && a.CarriageReturns == b.CarriageReturns
        && a.Columns.Select(c => (c.Name, c.NativeType, c.Key))
            .SequenceEqual(b.Columns.Select(c => (c.Name, c.NativeType, c.Key)));

    private static string Select(List<Source> group, IReadOnlyList<IngestColumn> columns, IReadOnlyList<string> nulls)
    {
        var first = group[0];
        var files = Sql.Files(group.Select(s => s.Path));
        if (first.Format == FileFormat.Parquet)
        {
            return $"SELECT {string.Join(", ", columns.Select(c => $"{Strict(first.Columns.First(s => string.Equals(s.Name, c.Name, StringComparison.Ordinal)), c)} AS {Sql.Identifier(c.Name)}"))} FROM {first.FromParquet(group.Select(s => s.Path))}";
        }

        var read = ReadTypes(first, columns);
        var typed = string.Join(", ", read.Select((t, i) => $"'c{i}': '{Sql.TypeName(t ?? ColumnType.String)}'"));
        var names = first.Columns.Select(c => c.Name).ToList();
        return $"""
            SELECT {string.Join(
                ", ",
                columns.Select(c => $"{Value(c, names.IndexOf(c.Name))} AS {Sql.Identifier(c.Name)}")
            )}
            FROM read_csv({files}, auto_detect = false, header = false, new_line = '{(first.CarriageReturns ? "\\r\\n" : "\\n")}', skip = {first.LinesBeforeData}, delim = {Sql.Literal(
                first.Dialect.Delimiter.ToString()
            )},
                quote = '"', escape = '"', strict_mode = true, null_padding = false, ignore_errors = false,
                compression = '{(first.Coding.Gzip ? "gzip" : "none")}', nullstr = {Sql.List([
                "",
                .. nulls,
            ])}, columns = {"{"}{typed}{"}"})
            """;
    }

    private static string Value(IngestColumn column, int index)
    {
        var cell = $"c{index}";
        return column.Rule.Format is not { } format ? cell
            : TypeSql.Epoch(format) is { } unit
                ? $"CAST(make_timestamp({cell} * {unit}) AS {Sql.TypeName(column.KnownType)})"
            : $"CAST(strptime({cell}, {Sql.Literal(format)}) AS {Sql.TypeName(column.KnownType)})";
    }

    /// <summary>The conversion of a Parquet column, or an error where a value cannot be converted.</summary>
    private static string Strict(SourceColumn source, IngestColumn column)
    {
        var name = Sql.Identifier(source.Name);
        var converted = TypeSql.Convert(source, column);
        return
            string.Equals(source.NativeType, Sql.TypeName(column.KnownType), StringComparison.Ordinal)
            && column.Rule.Format is null
            ? name
            : $"CASE WHEN {name} IS NULL THEN NULL ELSE coalesce({converted}, error('not of its type')) END";
    }
}
