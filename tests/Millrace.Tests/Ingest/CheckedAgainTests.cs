using Millrace.Engine.Declarations;
using Millrace.Engine.Ingest;
using Millrace.Engine.Tables;
using Xunit;

namespace Millrace.Tests.Ingest;

/// <summary>A dataset whose contract changes: all its rows are checked again.</summary>
public sealed class CheckedAgainTests : IDisposable
{
    private static readonly Contract UpToFive = new()
    {
        Columns =
        [
            new()
            {
                Name = "stars",
                Type = ColumnType.Int32,
                Max = 5,
            },
        ],
    };

    private readonly IngestBench bench = new();

    public void Dispose() => bench.Dispose();

    [Fact]
    public async Task From_files_that_are_given_again_rows_in_quarantine_come_back()
    {
        var file = bench.Write("a.csv", "user,stars\n1,4\n2,9\n3,12\n");
        var before = await bench.RunAsync(UpToFive, file);
        Assert.Equal((1, 2), (before.RowsAccepted, before.RowsQuarantined));

        var after = await AgainAsync(UpTo(10), [Earlier(before)], file);

        Assert.Equal((3, 2, 1), (after.RowsIn, after.RowsAccepted, after.RowsQuarantined));
        Assert.Equal(["1|4", "2|9"], bench.Rows());
        Assert.Equal(["a.csv"], after.Sources.Select(s => s.Name));
        Assert.Contains(after.Notices, n => n.StartsWith("The contract is another", StringComparison.Ordinal));
        Assert.Contains(after.Notices, n => n.Contains("of 1 earlier ingestion were", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rows_whose_files_are_gone_are_checked_as_they_are_stored()
    {
        var before = await bench.RunAsync(bench.Write("gone.csv", "user,stars\n1,4\n2,9\n"));
        var earlier = Earlier(before);
        var added = bench.Write("new.csv", "user;stars\n3;5\n4;6\n");

        var after = await AgainAsync(
            UpToFive,
            [earlier],
            new ReadOptions { Format = FileFormat.Csv, Delimiter = ';' },
            added
        );

        Assert.Equal((4, 2, 2), (after.RowsIn, after.RowsAccepted, after.RowsQuarantined));
        Assert.Equal(["1|4", "3|5"], bench.Rows());
        Assert.Equal(
            [
                """2|data.parquet|2|stars|range|stars: range|{"user":2,"stars":9}""",
                "2|new.csv|3|stars|range|stars: range|4;6",
            ],
            bench.Quarantine()
        );
        Assert.Equal(["new.csv"], after.Sources.Select(s => s.Name));
        Assert.Equal(ColumnType.Int32, after.Schema[1].Type);
    }

    [Fact]
    public async Task One_file_of_an_ingestion_whose_other_file_is_gone_is_not_taken_in_twice()
    {
        var (kept, gone) = (bench.Write("kept.csv", "user,stars\n1,4\n"), bench.Write("gone.csv", "user,stars\n2,9\n"));
        var before = await bench.RunAsync(kept, gone);

        var after = await AgainAsync(UpToFive, [Earlier(before)], kept);

        Assert.Equal((2, 1), (after.RowsIn, after.RowsAccepted));
        Assert.Empty(after.Sources);
    }

    [Fact]
    public async Task Without_any_file_the_stored_rows_alone_are_checked()
    {
        var before = await bench.RunAsync(bench.Write("gone.csv", "user,stars\n1,4\n2,9\n"));

        var after = await AgainAsync(UpToFive, [Earlier(before)]);

        Assert.Equal((2, 1, 1), (after.RowsIn, after.RowsAccepted, after.RowsQuarantined));
        Assert.True(after.Replaces);
    }

    private static Contract UpTo(double most) => UpToFive with { Columns = [UpToFive.Columns[0] with { Max = most }] };

    /// <summary>The newest output, as a dataset would have it.</summary>
    private EarlierIngestion Earlier(IngestReport report) =>
        new(report.Sources, [.. report.Data.Select(f => Path.Combine(bench.Output, f.Name))]);

    private Task<IngestReport> AgainAsync(
        Contract contract,
        IReadOnlyList<EarlierIngestion> again,
        params string[] files
    ) => AgainAsync(contract, again, new ReadOptions(), files);

    private Task<IngestReport> AgainAsync(
        Contract contract,
        IReadOnlyList<EarlierIngestion> again,
        ReadOptions read,
        params string[] files
    ) =>
        bench.RunAsync(
            new IngestSpec
            {
                Files = files,
                Read = read,
                Contract = contract,
                Again = again,
                OutputFolder = bench.NextOutput(),
            }
        );
}
