using System.Globalization;
using Millrace.Core;

namespace Millrace.Engine.Tables;

/// <summary>The one place where names and values become part of SQL for DuckDB.</summary>
public static class Sql
{
    /// <summary>
    /// How rows that stay are written. Version 2 stores whole numbers, moments and long texts as differences: a fifth smaller than
    /// version 1, and sooner written and read. Level 1 of zstd: a tenth larger than its own 3, a third less time.
    /// </summary>
    public const string StoredParquet = "FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, COMPRESSION_LEVEL 1";

    public static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Identifiers(IEnumerable<string> names) => string.Join(", ", names.Select(Identifier));

    public static string Literal(string text) =>
        text.Contains('\0', StringComparison.Ordinal)
            ? throw Refusal.Invalid("A text with a zero character cannot be used here.")
            : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    public static string Literal(double number) =>
        double.IsFinite(number)
            ? $"{number.ToString("R", CultureInfo.InvariantCulture)}::DOUBLE"
            : $"'{number.ToString(CultureInfo.InvariantCulture)}'::DOUBLE";

    public static string Literal(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Paths for read_csv and read_parquet, which take [, * and ? for patterns.</summary>
    public static string Files(IEnumerable<string> paths) =>
        List(
            paths.Select(p =>
                p.Replace("[", "[[]", StringComparison.Ordinal)
                    .Replace("*", "[*]", StringComparison.Ordinal)
                    .Replace("?", "[?]", StringComparison.Ordinal)
            )
        );

    /// <summary>A list of texts: files, null values.</summary>
    public static string List(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Select(Literal))}]";

    /// <summary>DuckDB's name of a column type.</summary>
    public static string TypeName(ColumnType type) =>
        type switch
        {
            ColumnType.Bool => "BOOLEAN",
            ColumnType.Int32 => "INTEGER",
            ColumnType.Int64 => "BIGINT",
            ColumnType.Double => "DOUBLE",
            ColumnType.Date => "DATE",
            ColumnType.Timestamp => "TIMESTAMP",
            _ => "VARCHAR",
        };
}
