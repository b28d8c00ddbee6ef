namespace Millrace.Engine.Tables;

/// <summary>The SQL behind <see cref="ProfileColumns"/>. Never a filter for each bin: that took forty times as long as all the rest.</summary>
internal static class ProfileSql
{
    private const string Quantiles = "[0.05, 0.25, 0.5, 0.75, 0.95]";
    private const int LongestText = 256;

    public static bool IsOrdered(ColumnType type) =>
        type is ColumnType.Int32 or ColumnType.Int64 or ColumnType.Double or ColumnType.Date or ColumnType.Timestamp;

    /// <summary>The table that <see cref="Copy"/> makes.</summary>
    public const string Copied = "copied";

    public static string Copy(IReadOnlyList<string> files, IReadOnlyList<Column> columns) =>
        $"CREATE OR REPLACE TEMP TABLE {Copied} AS SELECT {Sql.Identifiers(columns.Select(c => c.Name))} FROM {Rows(files)}";

    /// <summary>The table grouped(v, n) of all values and how often they come.</summary>
    public static string Group(string source, Column column) =>
        $"""
            CREATE OR REPLACE TEMP TABLE grouped AS
            SELECT v, n, {(IsOrdered(column.Type) ? Number("v", column.Type) : "NULL::DOUBLE")} AS x
            FROM (SELECT {Sql.Identifier(column.Name)} AS v, count(*) AS n FROM {source} GROUP BY 1)
            WHERE v IS NOT NULL
            """;

    public static string GroupExtremes(Column column) =>
        $"SELECT coalesce(sum(n), 0)::BIGINT, count(*), {Text("min(v)", column.Type)}, {Text("max(v)", column.Type)} FROM grouped";

    public static string GroupTop(Column column, int count) =>
        $"SELECT {Text("v", column.Type)}, n FROM grouped ORDER BY n DESC, v LIMIT {count}";

    /// <summary>Mean, deviation, five quantiles, smallest and largest finite number.</summary>
    public static string GroupNumbers() =>
        """
            WITH finite AS (SELECT x, n FROM grouped WHERE x IS NOT NULL),
                 total AS (SELECT sum(n) AS rows, sum(x * n) / sum(n) AS mean, min(x) AS low, max(x) AS high FROM finite),
                 ranked AS (SELECT x, sum(n) OVER (ORDER BY x) AS upto FROM finite)
            SELECT any_value(mean), (SELECT sqrt(sum(n * (x - mean) * (x - mean)) / (any_value(rows) - 1)) FROM finite, total HAVING any_value(rows) > 1),
                min(x) FILTER (upto >= 0.05 * rows), min(x) FILTER (upto >= 0.25 * rows), min(x) FILTER (upto >= 0.5 * rows),
                min(x) FILTER (upto >= 0.75 * rows), min(x) FILTER (upto >= 0.95 * rows), any_value(low), any_value(high)
            FROM ranked, total
            """;

    public static string GroupHistogram(Binning bins) =>
        $"SELECT {bins.Sql("x")} AS bin, sum(n)::BIGINT FROM grouped WHERE x IS NOT NULL GROUP BY bin";

    /// <summary>
    /// For each column: values, smallest, largest as text, both as numbers, which are infinite or no number where such values are
    /// there: see <see cref="FiniteExtremes"/>. DuckDB answers it from the footers, which it would not if each value were looked at.
    /// </summary>
    public static string Extremes(IReadOnlyList<string> files, IReadOnlyList<Column> columns)
    {
        var each = columns.Select(c =>
        {
            var (v, min, max) = (Sql.Identifier(c.Name), "NULL::DOUBLE", "NULL::DOUBLE");
            if (IsOrdered(c.Type))
            {
                (min, max) = (Seconds($"min({v})", c.Type), Seconds($"max({v})", c.Type));
            }

            return $"count({v}), {Text($"min({v})", c.Type)}, {Text($"max({v})", c.Type)}, {min}, {max}";
        });
        return $"SELECT {string.Join(",\n", each)} FROM {Rows(files)}";
    }

    /// <summary>The smallest and the largest finite number of a column; null where there is none.</summary>
    public static string FiniteExtremes(IReadOnlyList<string> files, Column column)
    {
        var x = Number(Sql.Identifier(column.Name), column.Type);
        return $"SELECT min({x}), max({x}) FROM {Rows(files)}";
    }

    public static string Distinct(IReadOnlyList<string> files, IReadOnlyList<Column> columns) =>
        $"SELECT {string.Join(", ", columns.Select(c => $"approx_count_distinct({Sql.Identifier(c.Name)})"))} FROM {Rows(files)}";

    /// <summary>For each column, over every so-manieth row: quantiles, and candidates for the most frequent values.</summary>
    public static string Sample(IReadOnlyList<string> files, IReadOnlyList<Column> columns, long every)
    {
        var each = columns.Select(c =>
        {
            var v = Sql.Identifier(c.Name);
            var quantiles = IsOrdered(c.Type) ? $"quantile_disc({Number(v, c.Type)}, {Quantiles})" : "NULL::DOUBLE[]";
            return $"{quantiles}, CAST(approx_top_k({v}, 20) AS VARCHAR[])";
        });
        return $"""
            SELECT {string.Join(",\n", each)}
            FROM (SELECT {Sql.Identifiers(columns.Select(c => c.Name))} FROM read_parquet({Sql.Files(
                files
            )}, file_row_number = true)
                  WHERE file_row_number % {every} = 0)
            """;
    }

    public static string CountThese(IReadOnlyList<string> files, Column column, IEnumerable<string> values) =>
        $"""
            SELECT {Text("v", column.Type)}, count(*) AS n FROM (SELECT {Sql.Identifier(column.Name)} AS v FROM {Rows(
                files
            )})
            WHERE v IN ({string.Join(
                ", ",
                values.Select(v => $"CAST({Sql.Literal(v)} AS {Sql.TypeName(column.Type)})")
            )})
            GROUP BY v ORDER BY n DESC, v
            """;

    public static string Bins(IReadOnlyList<string> files, Column column, Binning bins) =>
        $"""
            SELECT {(IsWhole(column.Type) ? bins.WholeSql("v") : bins.Sql("x"))} AS bin, count(*), avg(x), var_pop(x)
            FROM (SELECT {Sql.Identifier(column.Name)} AS v, {Number(Sql.Identifier(column.Name), column.Type)} AS x FROM {Rows(
                files
            )}) WHERE x IS NOT NULL GROUP BY bin
            """;

    public static string Rows(IReadOnlyList<string> files) => $"read_parquet({Sql.Files(files)})";

    private static bool IsWhole(ColumnType type) => type is ColumnType.Int32 or ColumnType.Int64;

    /// <summary>As a double, what is not finite left out.</summary>
    private static string Number(string value, ColumnType type) =>
        type == ColumnType.Double ? $"CASE WHEN isfinite({value}) THEN {value} END" : Seconds(value, type);

    /// <summary>As a double: moments as seconds since 1970.</summary>
    private static string Seconds(string value, ColumnType type) =>
        type switch
        {
            ColumnType.Double => value,
            ColumnType.Date => $"(epoch_us(CAST({value} AS TIMESTAMP)) / 1e6)::DOUBLE",
            ColumnType.Timestamp => $"(epoch_us({value}) / 1e6)::DOUBLE",
            _ => $"CAST({value} AS DOUBLE)",
        };

    private static string Text(string value, ColumnType type) =>
        type switch
        {
            ColumnType.String => $"left({value}, {LongestText})",
            ColumnType.Timestamp => $"replace(CAST({value} AS VARCHAR), ' ', 'T') || 'Z'",
            _ => $"CAST({value} AS VARCHAR)",
        };
}
