using DuckDB.NET.Data;
using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;
using Xunit;

namespace Millrace.Tests.Declarations;

public sealed class RuleCheckTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("millrace-rules-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void A_format_is_one_where_DuckDB_reads_moments_by_it()
    {
        using var duck = DuckSession.Open(Path.Combine(folder, "spill"));
        var letters = Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c).ToList();

        var formats = letters.SelectMany(c => new[] { $"%{c}", $"%-{c}" }).Append("%").Append("%Y-%").ToList();

        Assert.Equal(
            string.Join(' ', formats.Where(f => Reads(duck, f))),
            string.Join(' ', formats.Where(f => RuleCheck.Wrong(new() { Name = "at", Format = f }) is null))
        );
    }

    [Theory]
    [InlineData(
        ColumnType.Int64,
        null,
        "x",
        "Column 'a': 'x' is allowed, but is no int64, which the column is declared."
    )]
    [InlineData(ColumnType.Double, null, "1,5", "'1,5' is allowed, but is no double")]
    [InlineData(ColumnType.Int32, null, "3000000000", "'3000000000' is allowed, but is no int32")]
    [InlineData(ColumnType.String, null, "x", null)]
    [InlineData(null, null, "x", null)]
    [InlineData(ColumnType.Int64, "%Y", "1", "it has a format, but is declared int64")]
    [InlineData(ColumnType.Date, "%d.%Q.%Y", "1", "'%d.%Q.%Y' has '%Q', which is no part of a moment.")]
    [InlineData(ColumnType.Timestamp, "epoch_ms", "1", null)]
    [InlineData(ColumnType.Int64, "epoch_ms", "1", "it has a format, but is declared int64")]
    public void Values_and_formats_fit_the_type_that_is_declared(
        ColumnType? type,
        string? format,
        string allowed,
        string? says
    )
    {
        var wrong = RuleCheck.Wrong(
            new()
            {
                Name = "a",
                Type = type,
                Format = format,
                Allowed = [allowed],
            }
        );

        Assert.Equal(says is null, wrong is null);
        Assert.Contains(says ?? "", wrong ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_range_is_for_numbers_and_begins_before_it_ends()
    {
        Assert.Contains("are for numbers", RuleCheck.Wrong(Range(ColumnType.String, 1, 2)), StringComparison.Ordinal);
        Assert.Contains("ends before", RuleCheck.Wrong(Range(null, 2, 1)), StringComparison.Ordinal);
        Assert.Null(RuleCheck.Wrong(Range(null, 1, 1)));

        static ColumnRule Range(ColumnType? type, double min, double max) =>
            new()
            {
                Name = "a",
                Type = type,
                Min = min,
                Max = max,
            };
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static bool Reads(DuckSession duck, string format)
    {
        try
        {
            _ = duck.Query($"SELECT try_strptime('x', {Sql.Literal(format)})", r => r.IsDBNull(0), Ct);
            return true;
        }
        catch (DuckDBException)
        {
            return false;
        }
    }
}
