using Millrace.Engine.Tables;

namespace Millrace.Engine.Predictions;

/// <summary>DuckDB's part in keeping predictions. Columns are there to stay: monitors and people's own tools read them.</summary>
public static class CompactionSql
{
    /// <summary>A segment is small: one thread and little memory leave the machine to the server.</summary>
    public const string Setup = """
        SET threads = 1;
        SET memory_limit = '256MB';
        CREATE TABLE segment (
            id VARCHAR, asked_at BIGINT, endpoint VARCHAR, model VARCHAR, version INTEGER, latency_us INTEGER,
            inputs VARCHAR, output VARCHAR
        );
        """;

    public const string Table = "segment";

    public const string Clear = "TRUNCATE segment";

    public const string Endpoints = "SELECT DISTINCT endpoint FROM segment ORDER BY endpoint";

    public static string Copy(string endpoint, string path) =>
        $"""
            COPY (
                SELECT id, make_timestamp(asked_at) AS asked_at, endpoint, model, version, latency_us, inputs, output
                FROM segment WHERE endpoint = {Sql.Literal(endpoint)} ORDER BY id
            ) TO {Sql.Literal(path)} (FORMAT parquet, COMPRESSION zstd)
            """;

    /// <summary>The newest predictions of these files, newest first.</summary>
    public static string Newest(IEnumerable<string> files, int limit) =>
        $"""
            SELECT id, epoch_us(asked_at), endpoint, model, version, inputs, output
            FROM read_parquet({Sql.Files(files)}) ORDER BY id DESC LIMIT {Sql.Literal(limit)}
            """;

    /// <summary>The predictions of these files from a moment on (microseconds since 1970), oldest first.</summary>
    public static string Since(IEnumerable<string> files, long moment) =>
        $"""
            SELECT id, epoch_us(asked_at), endpoint, model, version, inputs, output
            FROM read_parquet({Sql.Files(files)}) WHERE epoch_us(asked_at) >= {Sql.Literal(moment)} ORDER BY id
            """;
}
