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
            return new Source
            {
                Path = path,
                Name = name,
                Format = FileFormat.Parquet,
                Columns = [.. columns.Select(c => new SourceColumn(c.Name, TypeOf(c.Type), c.Type))],
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
