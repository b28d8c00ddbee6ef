using Millrace.Core;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Ingest;

/// <summary>How texts become values, in SQL. What cannot be read as its type becomes null, and the caller tells that null from an empty cell.</summary>
internal static class TypeSql
{
    private const string Integer = "-?(0|[1-9][0-9]{0,17})";
    private const string Number = "-?((0|[1-9][0-9]*)(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]{1,3})?";
    private const string Day = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
    private const string Moment =
        "[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?";

    /// <summary>Whether a trimmed text is certainly of a type that nobody declared: stricter than what a declared type takes.</summary>
    public static string Looks(string text, ColumnType type) =>
        type switch
        {
            ColumnType.Bool => $"lower({text}) IN ('true', 'false')",
            ColumnType.Int64 => $"regexp_full_match({text}, '{Integer}')",
            ColumnType.Double =>
                $"(regexp_full_match({text}, '{Number}') AND isfinite(TRY_CAST({text} AS DOUBLE)) AND NOT regexp_full_match({text}, '-?[0-9]{{19,}}'))",
            ColumnType.Date => $"(regexp_full_match({text}, '{Day}') AND TRY_CAST({text} AS DATE) IS NOT NULL)",
            ColumnType.Timestamp =>
                $"(regexp_full_match({text}, '{Moment}') AND TRY_CAST({text} AS TIMESTAMPTZ) IS NOT NULL)",
            _ => "true",
        };

    /// <summary>Reads a text (an SQL expression) as a type.</summary>
    public static string Parse(string text, ColumnType type, string? format)
    {
        var t = $"trim({text}, ' \t')";
        return type switch
        {
            ColumnType.String => text,
            ColumnType.Bool =>
                $"CASE WHEN lower({t}) IN ('true', 't', 'yes', 'y', '1') THEN true WHEN lower({t}) IN ('false', 'f', 'no', 'n', '0') THEN false END",
            ColumnType.Int32 => $"CASE WHEN regexp_full_match({t}, '[+-]?[0-9]+') THEN TRY_CAST({t} AS INTEGER) END",
            ColumnType.Int64 => $"CASE WHEN regexp_full_match({t}, '[+-]?[0-9]+') THEN TRY_CAST({t} AS BIGINT) END",
            ColumnType.Double =>
                $"CASE WHEN regexp_full_match({t}, '[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?') AND isfinite(TRY_CAST({t} AS DOUBLE)) THEN TRY_CAST({t} AS DOUBLE) END",
            _ when Epoch(format) is { } unit =>
                $"CASE WHEN regexp_full_match({t}, '-?[0-9]+') THEN CAST({FromEpoch($"TRY_CAST({t} AS BIGINT)", unit)} AS {Sql.TypeName(type)}) END",
            _ when format is not null => $"CAST(try_strptime({t}, {Sql.Literal(format)}) AS {Sql.TypeName(type)})",
            ColumnType.Date => $"CASE WHEN regexp_full_match({t}, '{Day}') THEN TRY_CAST({t} AS DATE) END",
            _ =>
                $"CASE WHEN regexp_full_match({t}, '{Moment}') THEN CAST(TRY_CAST({t} AS TIMESTAMPTZ) AS TIMESTAMP) END",
        };
    }

    /// <summary>Microseconds that one unit of an epoch format is worth; null for any other format.</summary>
    public static long? Epoch(string? format) =>
        format switch
        {
            "epoch_s" => 1_000_000,
            "epoch_ms" => 1_000,
            "epoch_us" => 1,
            _ => null,
        };

    /// <summary>Null where the moment is out of DuckDB's range, roughly the year 294000.</summary>
    public static string FromEpoch(string number, long unit) =>
        $"CASE WHEN {number} BETWEEN {-9_000_000_000_000_000_000 / unit} AND {9_000_000_000_000_000_000 / unit} THEN make_timestamp({number} * {unit}) END";

    /// <summary>A Parquet column as a type of ours; null where it cannot be.</summary>
    public static string Convert(SourceColumn column, IngestColumn to)
    {
        var from = Sql.Identifier(column.Name);
        var native = column.NativeType!;
        return (native, to.KnownType) switch
        {
            ("VARCHAR", not ColumnType.String) => Parse(from, to.KnownType, to.Rule.Format),
            (_, ColumnType.Timestamp or ColumnType.Date)
                when to.Rule.Format is not null && column.Type is ColumnType.Int32 or ColumnType.Int64 => Epoch(
                to.Rule.Format
            )
                is { } unit
                ? $"CAST({FromEpoch($"TRY_CAST({from} AS BIGINT)", unit)} AS {Sql.TypeName(to.KnownType)})"
                : throw Refusal.Invalid(
                    $"{to.Name} is a number in the Parquet file: its format must be epoch_s, epoch_ms or epoch_us, not '{to.Rule.Format}'."
                ),
            ("FLOAT" or "DOUBLE", ColumnType.Int32 or ColumnType.Int64) =>
                $"CASE WHEN {from} = trunc({from}) THEN TRY_CAST({from} AS {Sql.TypeName(to.KnownType)}) END",
            (_, ColumnType.String) when native.Contains('(', StringComparison.Ordinal) || native.EndsWith(']') =>
                $"CAST(to_json({from}) AS VARCHAR)",
            _ => $"TRY_CAST({from} AS {Sql.TypeName(to.KnownType)})",
        };
    }
}
