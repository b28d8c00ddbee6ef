using System.Text;
using Millrace.Core;
using Millrace.Engine.Ingest;
using Millrace.Engine.Tables;
using Xunit;

namespace Millrace.Tests.Ingest;

/// <summary>Names that no column can have: their values come in under others, and this is said.</summary>
public sealed class OddNamesTests : IDisposable
{
    private readonly IngestBench bench = new();

    public void Dispose() => bench.Dispose();

    [Fact]
    public async Task Keys_of_json_that_differ_in_case_are_columns_of_their_own()
    {
        var report = await bench.RunAsync(bench.Write("x.jsonl", "{\"a\":1,\"A\":2}\n{\"A\":5}\n"));

        Assert.Equal(["a", "A_2"], report.Schema.Select(c => c.Name));
        Assert.Equal(["1|2", "∅|5"], bench.Rows());
        Assert.Contains("x.jsonl: columns renamed: 'A' is A_2.", report.Notices);
    }

    [Fact]
    public async Task A_row_of_json_that_has_a_key_twice_goes_to_quarantine()
    {
        var report = await bench.RunAsync(bench.Write("x.jsonl", "{\"a\":1,\"b\":1}\n{\"a\":1,\"b\":null,\"b\":2}\n"));

        Assert.Equal((1, 1), (report.RowsAccepted, report.RowsQuarantined));
        Assert.Equal(["""2|x.jsonl|2|∅|json|json|{"a":1,"b":null,"b":2}"""], bench.Quarantine());
    }

    [Fact]
    public async Task A_file_whose_rows_all_have_a_key_twice_is_refused()
    {
        var refused = await Assert.ThrowsAsync<RefusalException>(() =>
            bench.RunAsync(bench.Write("x.jsonl", "{\"a\":1,\"a\":2}\n"))
        );

        Assert.Contains("line 1 is no JSON object that has each key once", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_of_json_that_are_empty_or_have_control_characters_are_renamed()
    {
        var report = await bench.RunAsync(bench.Write("x.jsonl", """{"":1,"a\u0000b":2,"\u0001":3,"c d ":4}""" + "\n"));

        Assert.Equal(["column1", "a b", "column3", "c d "], report.Schema.Select(c => c.Name));
        Assert.Equal(["1|2|3|4"], bench.Rows());
        Assert.Contains(
            "x.jsonl: columns renamed: '' is column1, 'a\uFFFDb' is a b, '\uFFFD' is column3.",
            report.Notices
        );
    }

    [Fact]
    public async Task A_header_with_control_characters_is_renamed()
    {
        var report = await bench.RunAsync(bench.Write("x.csv", "a\u0001b,c\n1,2\n3,4\n"));

        Assert.Equal(["a b", "c"], report.Schema.Select(c => c.Name));
        Assert.Equal(["1|2", "3|4"], bench.Rows());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Columns_of_parquet_that_are_empty_or_have_control_characters_are_renamed(bool careful)
    {
        var report = await bench.RunAsync(
            new IngestSpec
            {
                Files = [Odd("1.parquet", 3), Odd("2.parquet", 7)],
                Contract = new()
                {
                    Columns =
                    [
                        new()
                        {
                            Name = "column2",
                            Type = ColumnType.Int64,
                            Max = careful ? 2 : 9,
                        },
                    ],
                },
                OutputFolder = bench.NextOutput(),
            },
            careful
        );

        Assert.Equal(["a b", "column2", "n"], report.Schema.Select(c => c.Name));
        Assert.Contains("1.parquet: columns renamed: 'a\uFFFDb' is a b, '' is column2.", report.Notices);
        if (careful)
        {
            Assert.Equal(["1|2|3", "1|2|7"], bench.Rows());
            Assert.Equal(
                """2|1.parquet|2|column2|range|column2: range|{"a b":4,"column2":5,"n":4}""",
                bench.Quarantine()[0]
            );
        }
        else
        {
            Assert.Equal(["1|2|3", "4|5|4", "1|2|7", "4|5|8"], bench.Rows());
        }
    }

    /// <summary>DuckDB writes no such names: those that it wrote are exchanged in the footer, which tells its own length.</summary>
    private string Odd(string name, int n)
    {
        var path = Path.Combine(bench.Folder, name);
        using (var duck = DuckSession.Open(Path.Combine(bench.Folder, "writing")))
        {
            duck.Execute(
                $"COPY (SELECT * FROM (VALUES (1, 2, {n}::UBIGINT), (4, 5, {n + 1})) t(aqb, zz, n)) TO {Sql.Literal(path)} (FORMAT parquet)",
                IngestBench.Ct
            );
        }

        var bytes = File.ReadAllBytes(path);
        var footer = bytes.Length - 8 - BitConverter.ToInt32(bytes, bytes.Length - 8);
        var text = Encoding
            .Latin1.GetString(bytes, footer, bytes.Length - 8 - footer)
            .Replace("\u0003aqb", "\u0003a\0b", StringComparison.Ordinal)
            .Replace("\u0002zz", "\0", StringComparison.Ordinal);
        var changed = Encoding.Latin1.GetBytes(text);
        File.WriteAllBytes(
            path,
            [.. bytes[..footer], .. changed, .. BitConverter.GetBytes(changed.Length), .. "PAR1"u8]
        );
        return path;
    }
}
