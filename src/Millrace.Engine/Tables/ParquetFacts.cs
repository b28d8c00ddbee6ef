namespace Millrace.Engine.Tables;

/// <summary>What the footers of Parquet files say without reading a row.</summary>
/// <param name="Columns">In the order of the schema.</param>
internal sealed record ParquetFacts(long Rows, IReadOnlyList<ParquetColumnFacts> Columns)
{
    public static ParquetFacts Of(DuckSession duck, IReadOnlyList<string> files, CancellationToken ct)
    {
        var columns = duck.Query(
            $"""
            SELECT coalesce(sum(stats_null_count), 0)::BIGINT, bool_and(encodings LIKE '%DICTIONARY%' OR stats_null_count = num_values)
            FROM parquet_metadata({Sql.Files(files)}) GROUP BY column_id ORDER BY column_id
            """,
            r => new ParquetColumnFacts(r.GetInt64(0), !r.IsDBNull(1) && r.GetBoolean(1)),
            ct
        );
        return new ParquetFacts(
            duck.Count($"SELECT sum(num_rows) FROM parquet_file_metadata({Sql.Files(files)})", ct),
            columns
        );
    }
}

/// <param name="HasDictionary">Every row group holds the column as a dictionary: it has few distinct values.</param>
internal sealed record ParquetColumnFacts(long Nulls, bool HasDictionary);
