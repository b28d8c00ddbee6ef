using Millrace.Engine.Declarations;
using Millrace.Engine.Ingest;
using Millrace.Engine.Tables;
using Xunit;

namespace Millrace.Tests.Ingest;

public sealed class ContractTests : IDisposable
{
    private const string Ratings =
        "user,item,stars,when\n1,a,5,1362062307\n2,b,11,1362062308\nx,c,3,1362062309\n3,,4,1362062310\n1,a,5,1362062311\n";
    private readonly IngestBench bench = new();

    [Fact]
    public void A_look_at_a_file_without_header_finds_the_names_that_its_contract_gives()
    {
        var contract = new Contract { Columns = [new() { Name = "user" }, new() { Name = "item" }] };

        var columns = PeekColumns.Run(
            bench.Write("bare.csv", "1,a\n2,b\n"),
            new() { Header = false },
            contract,
            bench.NextOutput(),
            IngestBench.Ct
        );

        Assert.Equal(["user", "item"], columns.Select(c => c.Name));
    }

    [Fact]
    public async Task Each_rule_sends_its_rows_to_quarantine_and_the_rest_is_accepted()
    {
        var contract = new Contract
        {
            Columns =
            [
                new() { Name = "user", Type = ColumnType.Int32 },
                new() { Name = "item", Required = true },
                new()
                {
                    Name = "stars",
                    Type = ColumnType.Int32,
                    Min = 0,
                    Max = 10,
                },
                new()
                {
                    Name = "when",
                    Type = ColumnType.Timestamp,
                    Format = "epoch_s",
                },
            ],
            Unique = ["user", "item"],
        };
        var report = await bench.RunAsync(contract, bench.Write("r.csv", Ratings));

        Assert.Equal((5, 1, 4), (report.RowsIn, report.RowsAccepted, report.RowsQuarantined));
        Assert.Equal(["1|a|5|2013-02-28 14:38:27"], bench.Rows());
        Assert.Equal(
            [
                "2|r.csv|3|stars|range|stars: range|2,b,11,1362062308",
                "3|r.csv|4|user|type|user: type|x,c,3,1362062309",
                "4|r.csv|5|item|required|item: required|3,,4,1362062310",
                "5|r.csv|6|user, item|unique|user, item: unique|1,a,5,1362062311",
            ],
            bench.Quarantine()
        );
        Assert.Equal(4, report.Broken.Sum(b => b.Rows));
    }

    [Fact]
    public async Task A_row_that_breaks_several_rules_is_one_row_with_all_reasons()
    {
        var contract = new Contract
        {
            Columns =
            [
                new()
                {
                    Name = "stars",
                    Type = ColumnType.Int32,
                    Max = 5,
                },
                new()
                {
                    Name = "item",
                    Allowed = ["a", "b"],
                    Pattern = "[a-b]",
                },
            ],
        };
        var report = await bench.RunAsync(contract, bench.Write("r.csv", "stars,item\n9,z\n1,a\n"));

        Assert.Equal(1, report.RowsQuarantined);
        Assert.Equal(["1|r.csv|2|stars|range|stars: range; item: allowed; item: pattern|9,z"], bench.Quarantine());
        Assert.Equal(3, report.Broken.Count);
    }

    [Fact]
    public async Task Ragged_rows_go_to_quarantine_with_line_and_raw_text()
    {
        var report = await bench.RunAsync(
            bench.Write("r.csv", "a,b\r\n1,\"two\r\nlines\"\r\n2\r\n\r\n3,x,y\r\n4,\"open\r\n5,z\r\n")
        );

        Assert.Equal((5, 2, 3), (report.RowsIn, report.RowsAccepted, report.RowsQuarantined));
        Assert.Equal(["1|two\r\nlines", "5|z"], bench.Rows());
        Assert.Equal(
            ["2|r.csv|4|∅|fields|fields|2", "3|r.csv|6|∅|fields|fields|3,x,y", "4|r.csv|7|∅|quotes|quotes|4,\"open"],
            bench.Quarantine()
        );
    }

    [Fact]
    public async Task Keys_that_the_dataset_has_are_not_taken_twice()
    {
        var contract = new Contract { Unique = ["id"] };
        var first = await bench.RunAsync(contract, bench.Write("1.csv", "id,v\n1,a\n2,b\n,c\n,d\n"));
        var existing = Path.Combine(bench.Output, IngestFiles.DataName);
        var spec = new IngestSpec
        {
            Files = [bench.Write("2.csv", "id,v\n2,again\n3,new\n")],
            Contract = contract,
            Schema = first.Schema,
            Existing = [existing],
            OutputFolder = bench.NextOutput(),
        };
        var second = await bench.RunAsync(spec);

        Assert.Equal(4, first.RowsAccepted);
        Assert.Equal((1, 1), (second.RowsAccepted, second.RowsQuarantined));
        Assert.Equal(["3|new"], bench.Rows());
        Assert.Equal(5, second.Profile.Single(p => p.Name is "id").Count);
    }

    [Fact]
    public async Task A_type_is_found_out_over_the_whole_column()
    {
        var rows = string.Concat(Enumerable.Range(1, 5000).Select(i => $"{i},{i},{i},\n"));
        var file = bench.Write("t.csv", "a,b,c,d\n" + rows + "1,1.5,007,2020-02-29\n");
        var report = await bench.RunAsync(file);

        Assert.Equal(
            [ColumnType.Int64, ColumnType.Double, ColumnType.String, ColumnType.Date],
            report.Schema.Select(c => c.Type)
        );
        Assert.Equal("1|1.5|007|2020-02-29", bench.Rows()[^1]);
        Assert.Contains("not plainly", Assert.Single(bench.Log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_number_is_never_rounded_or_shortened_to_fit_its_type()
    {
        var contract = new Contract { Columns = [new() { Name = "n", Type = ColumnType.Int64 }] };
        var report = await bench.RunAsync(
            contract,
            bench.Write("n.csv", "n,x\n1.5,a\n1_000,b\n1e3,c\n0x1F,d\n007,e\n +8 ,f\n")
        );

        Assert.Equal(["7|e", "8|f"], bench.Rows());
        Assert.Equal(4, report.RowsQuarantined);
    }

    [Fact]
    public async Task An_offset_from_UTC_is_heeded()
    {
        var report = await bench.RunAsync(
            bench.Write("t.csv", "t\n2022-01-01T00:00:00+02:00\n2022-01-01 00:00:00Z\n2022-01-01 00:00\n")
        );

        Assert.Equal(ColumnType.Timestamp, report.Schema[0].Type);
        Assert.Equal(["2021-12-31 22:00:00", "2022-01-01 00:00:00", "2022-01-01 00:00:00"], bench.Rows());
    }

    [Fact]
    public async Task A_closed_contract_drops_what_it_does_not_name()
    {
        var contract = new Contract { Columns = [new() { Name = "b" }], Closed = true };
        var report = await bench.RunAsync(contract, bench.Write("x.csv", "a,b,c\n1,2,3\n"));

        Assert.Equal(["b"], report.Schema.Select(c => c.Name));
        Assert.Contains("a, c", Assert.Single(report.Notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Columns_are_matched_by_name_whatever_their_order()
    {
        var report = await bench.RunAsync(
            bench.Write("1.csv", "a,b\n1,x\n"),
            bench.Write("2.csv", "b,a\ny,2\n"),
            bench.Write("3.jsonl", "{\"a\": 3, \"b\": \"z\"}\nnot json\n{\"b\":null,\"a\":4}\n")
        );

        Assert.Equal(["1|x", "2|y", "3|z", "4|∅"], bench.Rows());
        Assert.Equal(["2|3.jsonl|2|∅|json|json|not json"], bench.Quarantine());
        Assert.Equal(5, report.RowsIn);
    }

    [Fact]
    public async Task Parquet_goes_through_the_same_contract()
    {
        await bench.RunAsync(bench.Write("x.csv", "id,v\n1,1.5\n2,2.0\n3,9.0\n"));
        var parquet = Path.Combine(bench.Folder, "x.parquet");
        File.Copy(Path.Combine(bench.Output, IngestFiles.DataName), parquet);
        var contract = new Contract
        {
            Columns = [new() { Name = "v", Type = ColumnType.Int32 }, new() { Name = "id", Max = 2 }],
        };
        var report = await bench.RunAsync(contract, parquet);

        Assert.Equal((3, 1, 2), (report.RowsIn, report.RowsAccepted, report.RowsQuarantined));
        Assert.Equal(["2|2"], bench.Rows());
        Assert.Equal(
            [
                "1|x.parquet|1|v|type|v: type|{\"id\":1,\"v\":1.5}",
                "3|x.parquet|3|id|range|id: range|{\"id\":3,\"v\":9.0}",
            ],
            bench.Quarantine()
        );
    }

    [Fact]
    public async Task Digits_that_JSON_wrote_as_text_stay_text()
    {
        var report = await bench.RunAsync(bench.Write("x.jsonl", "{\"zip\":\"12345\",\"n\":12345}\n"));

        Assert.Equal([ColumnType.String, ColumnType.Int64], report.Schema.Select(c => c.Type));
    }

    [Fact]
    public async Task Bytes_taken_in_before_are_passed_over()
    {
        var file = bench.Write("x.csv", "a,b\n1,2\n");
        var first = await bench.RunAsync(file);
        var second = await bench.RunAsync(
            new IngestSpec
            {
                Files = [file],
                Known = first.Sources,
                OutputFolder = bench.NextOutput(),
            }
        );

        Assert.Equal((0, 0), (second.RowsIn, second.Data.Count));
        Assert.Contains("already", Assert.Single(second.Notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_ingestion_stops()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var spec = new IngestSpec { Files = [bench.Write("x.csv", "a,b\n1,2\n")], OutputFolder = bench.NextOutput() };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            IngestFiles.RunAsync(spec, new NullSink(), stop.Token)
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries(bench.Output));
    }

    public void Dispose() => bench.Dispose();

    private sealed class NullSink : Millrace.Engine.Work.IWorkSink
    {
        public void Progress(double? done, string doing) { }

        public void Metric(string key, double value, long step) { }

        public void Log(string line) { }
    }
}
