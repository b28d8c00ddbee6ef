using Millrace.Engine.Tables;
using Xunit;

namespace Millrace.Tests.Ingest;

/// <summary>What other programs write as Parquet comes in as the types that a dataset has, with its values.</summary>
public sealed class ParquetTypeTests : IDisposable
{
    private readonly IngestBench bench = new();

    [Theory]
    [InlineData("(7 + i)::TINYINT", ColumnType.Int32, "7|8")]
    [InlineData("(60000 + i)::USMALLINT", ColumnType.Int32, "60000|60001")]
    [InlineData("(4000000000 + i)::UINTEGER", ColumnType.Int64, "4000000000|4000000001")]
    [InlineData("(9223372036854775806 + i)::UBIGINT", ColumnType.Int64, "9223372036854775806|9223372036854775807")]
    [InlineData(
        "(9223372036854775807::UBIGINT + i::UBIGINT)",
        ColumnType.String,
        "9223372036854775807|9223372036854775808"
    )]
    [InlineData("(i + 0.25)::FLOAT", ColumnType.Double, "0.25|1.25")]
    [InlineData("(i + 0.25)::DECIMAL(12, 2)", ColumnType.Double, "0.25|1.25")]
    [InlineData("DATE '2024-02-28' + i::INTEGER", ColumnType.Date, "2024-02-28|2024-02-29")]
    [InlineData(
        "TIMESTAMP '2024-02-28 10:00:00.5' + to_hours(i)",
        ColumnType.Timestamp,
        "2024-02-28 10:00:00.5|2024-02-28 11:00:00.5"
    )]
    [InlineData(
        "TIMESTAMPTZ '2024-02-28 10:00:00+02' + to_hours(i)",
        ColumnType.Timestamp,
        "2024-02-28 08:00:00|2024-02-28 09:00:00"
    )]
    [InlineData(
        "(TIMESTAMP '2024-02-28 10:00:00' + to_hours(i))::TIMESTAMP_NS",
        ColumnType.Timestamp,
        "2024-02-28 10:00:00|2024-02-28 11:00:00"
    )]
    [InlineData("i = 1", ColumnType.Bool, "false|true")]
    [InlineData("TIME '10:11:12' + to_hours(i)", ColumnType.String, "10:11:12|11:11:12")]
    [InlineData("[i, i + 1]", ColumnType.String, "[0,1]|[1,2]")]
    [InlineData("{'a': i, 'b': 'x'}", ColumnType.String, """{"a":0,"b":"x"}|{"a":1,"b":"x"}""")]
    [InlineData("CASE WHEN i = 1 THEN 'x' END", ColumnType.String, "∅|x")]
    public async Task A_column_comes_in_as_it_was_written(string sql, ColumnType type, string values)
    {
        var file = Path.Combine(bench.Folder, "from.parquet");
        using (var duck = DuckSession.Open(Path.Combine(bench.Folder, "writing")))
        {
            duck.Execute(
                $"COPY (SELECT i AS n, {sql} AS v FROM range(2) t(i)) TO {Sql.Literal(file)} (FORMAT parquet)",
                IngestBench.Ct
            );
        }

        var report = await bench.RunAsync(file);

        Assert.Equal((2, 0), (report.RowsAccepted, report.RowsQuarantined));
        Assert.Equal(type, report.Schema[1].Type);
        Assert.Equal(values, string.Join('|', bench.Rows().Select(r => r[(r.IndexOf('|') + 1)..])));
    }

    public void Dispose() => bench.Dispose();
}
