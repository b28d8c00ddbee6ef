using Millrace.Engine.Declarations;
using Millrace.Engine.Ingest;
using Millrace.Engine.Tables;
using Xunit;

namespace Millrace.Tests.Ingest;

/// <summary>A source that is the same file as before, with more rows at its end.</summary>
public sealed class GrownFileTests : IDisposable
{
    private static readonly Contract Stars = new()
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

    [Theory]
    [InlineData("user,stars\n1,4\n2,9\n3\n", "4,5\n5,8\n")]
    [InlineData("user,stars\n1,4\n2,9\n3", "\n4,5\n5,8")]
    public async Task Only_the_rows_that_came_since_are_taken_in(string old, string added)
    {
        var first = await bench.RunAsync(Stars, bench.Write("grows.csv", old));
        Assert.Equal((3, 1, 2), (first.RowsIn, first.RowsAccepted, first.RowsQuarantined));

        var second = await AppendAsync(first, bench.Write("grows.csv", old + added));

        Assert.Equal((2, 1, 1), (second.RowsIn, second.RowsAccepted, second.RowsQuarantined));
        Assert.Equal(["4|5"], bench.Rows());
        Assert.StartsWith("5|grows.csv|6|stars|range", Assert.Single(bench.Quarantine()), StringComparison.Ordinal);
        Assert.Contains(
            "grows.csv has grown: its first 3 rows are in the dataset already and were passed over.",
            second.Notices
        );
        Assert.Equal(5, Assert.Single(second.Sources).Rows);
    }

    [Fact]
    public async Task A_file_that_grew_by_nothing_but_empty_lines_has_nothing_new()
    {
        var first = await bench.RunAsync(Stars, bench.Write("grows.csv", "user,stars\n1,4\n"));

        var second = await AppendAsync(first, bench.Write("grows.csv", "user,stars\n1,4\n\n"));

        Assert.Empty(second.Data);
    }

    [Theory]
    [InlineData("grows.csv", "user,stars\n1,3\n2,5\n")]
    [InlineData("grows.csv", "user,stars\n1,42\n2,5\n")]
    [InlineData("other.csv", "user,stars\n1,4\n2,5\n")]
    public async Task A_file_that_began_otherwise_or_is_another_is_taken_in_whole(string name, string text)
    {
        var first = await bench.RunAsync(bench.Write("grows.csv", "user,stars\n1,4"));

        var second = await AppendAsync(first, bench.Write(name, text), Contract.Open);

        Assert.Equal(text.Count(c => c == '\n') - 1, second.RowsIn);
    }

    [Fact]
    public async Task Checked_again_by_another_contract_its_rows_are_there_once()
    {
        var first = await bench.RunAsync(Stars, bench.Write("grows.csv", "user,stars\n1,4\n2,9\n"));
        var earlier = Earlier(first);
        var file = bench.Write("grows.csv", "user,stars\n1,4\n2,9\n3,5\n");
        var second = await AppendAsync(first, file);

        var again = await bench.RunAsync(
            new IngestSpec
            {
                Files = [file],
                Again = [earlier, Earlier(second)],
                OutputFolder = bench.NextOutput(),
            }
        );

        Assert.Equal(3, again.RowsIn);
        Assert.Equal(["1|4", "2|9", "3|5"], bench.Rows());
    }

    private EarlierIngestion Earlier(IngestReport report) =>
        new(report.Sources, [.. report.Data.Select(f => Path.Combine(bench.Output, f.Name))]);

    private Task<IngestReport> AppendAsync(IngestReport first, string file, Contract? contract = null) =>
        bench.RunAsync(
            new IngestSpec
            {
                Files = [file],
                Contract = contract ?? Stars,
                Schema = first.Schema,
                Existing = [Path.Combine(bench.Output, first.Data[0].Name)],
                Known = first.Sources,
                OutputFolder = bench.NextOutput(),
            }
        );
}
