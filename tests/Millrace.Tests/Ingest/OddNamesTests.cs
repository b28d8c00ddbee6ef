using Millrace.Core;
using Millrace.Engine.Ingest;
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
}
