using DuckDB.NET.Data;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Ingest;

/// <summary>Reads the schema of a Parquet file; columns of types that a dataset does not have are converted.</summary>
internal static class InspectParquet
{
    public static Source Run(string path, string name, DuckSession duck, CancellationToken ct)
    {
        try
        {
            var columns = duck.Query(
                $"DESCRIBE SELECT * FROM read_parquet({Sql.Files([path])})",
                r => (Name: r.GetString(0), Type: r.GetString(1)),
                ct
            );
            var ids = BeyondInt64(duck, path, [.. columns.Where(c => c.Type is "UBIGINT").Select(c => c.Name)], ct);
            return new Source
            {
                Path = path,
                Name = name,
                Format = FileFormat.Parquet,
                Columns =
                [
                    .. columns.Select(c => new SourceColumn(
                        c.Name,
                        ids.Contains(c.Name) ? ColumnType.String : TypeOf(c.Type),
                        c.Type
                    )),
                ],
                Plain = true,
            };
        }
        catch (DuckDBException e)
        {
            throw Refusal.Invalid(
                $"{name} is a damaged Parquet file ({e.Message.Split('\n')[0].TrimEnd('.')}): fetch or write it again."
            );
        }
    }

    /// <summary>
    /// Columns of unsigned numbers of which some are too large for int64. Hashes are written so: they are text, as their digits are in CSV.
    /// </summary>
    private static HashSet<string> BeyondInt64(
        DuckSession duck,
        string path,
        IReadOnlyList<string> columns,
        CancellationToken ct
    )
    {
        if (columns.Count == 0)
        {
            return [];
        }

        var each = columns.Select(c => $"coalesce(max({Sql.Identifier(c)}) > {long.MaxValue}, false)");
        var beyond = duck.Query(
            $"SELECT {string.Join(", ", each)} FROM read_parquet({Sql.Files([path])})",
            r => columns.Where((_, i) => r.GetBoolean(i)).ToHashSet(StringComparer.Ordinal),
            ct
        );
        return beyond[0];
    }

    private static ColumnType TypeOf(string native) =>
        native switch
        {
            "BOOLEAN" => ColumnType.Bool,
            "TINYINT" or "SMALLINT" or "INTEGER" or "UTINYINT" or "USMALLINT" => ColumnType.Int32,
            "BIGINT" or "UINTEGER" or "UBIGINT" => ColumnType.Int64,
            "FLOAT" or "DOUBLE" or "HUGEINT" or "UHUGEINT" => ColumnType.Double,
            "DATE" => ColumnType.Date,
            "TIMESTAMP" or "TIMESTAMP_S" or "TIMESTAMP_MS" or "TIMESTAMP_NS" or "TIMESTAMP WITH TIME ZONE" =>
                ColumnType.Timestamp,
            _ when native.StartsWith("DECIMAL", StringComparison.Ordinal) => ColumnType.Double,
            _ => ColumnType.String,
        };
}
