using Millrace.Engine.Tables;
using Xunit;

namespace Millrace.Tests.Tables;

/// <summary>Profiles against what is computed here from the same values: of small tables, which are grouped, and of large ones, which are scanned.</summary>
public sealed class ProfileColumnsTests : IDisposable
{
    private const int Small = 3_000;
    private const int Large = 250_000;
    private readonly string folder = Directory.CreateTempSubdirectory("millrace-profile-").FullName;
    private readonly DuckSession duck;

    public ProfileColumnsTests() => duck = DuckSession.Open(Path.Combine(folder, "spill"));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        duck.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(Small, ColumnType.Int64, "(hash(i) % 1000003)::BIGINT - 500000")]
    [InlineData(Large, ColumnType.Int64, "(hash(i) % 1000003)::BIGINT - 500000")]
    [InlineData(Large, ColumnType.Int64, "9223372036854775807 - (hash(i) % 1000003)::BIGINT * 1000")]
    [InlineData(Large, ColumnType.Int32, "CASE WHEN i % 7 > 0 THEN (hash(i) % 300000)::INTEGER END")]
    [InlineData(Small, ColumnType.Double, "ln(1 + hash(i) % 1000003)")]
    [InlineData(Large, ColumnType.Double, "ln(1 + hash(i) % 1000003)")]
    [InlineData(Large, ColumnType.Double, "1e9 + (hash(i) % 1000003) / 1e6")]
    [InlineData(Small, ColumnType.Double, Odd)]
    [InlineData(Large, ColumnType.Double, Odd)]
    [InlineData(Small, ColumnType.Timestamp, Moments)]
    [InlineData(Large, ColumnType.Timestamp, Moments)]
    public void Numbers_are_described_as_they_are(int rows, ColumnType type, string sql)
    {
        var profile = Profile(rows, type, sql, out var cells, out var distinct);
        var known = cells.OfType<double>().ToList();
        var numbers = known.Where(double.IsFinite).Order().ToArray();
        var mean = numbers.Average();
        var deviation = Math.Sqrt(numbers.Sum(x => (x - mean) * (x - mean)) / (numbers.Length - 1));
        // A double near 2^63 is known to a thousand.
        var exact = Math.Abs(mean) * 1e-12;

        Assert.Equal((rows, rows - known.Count), (profile.Count, profile.Nulls));
        Assert.Equal(mean, profile.Mean!.Value, Math.Max(exact, 1e-9));
        Assert.Equal(deviation, profile.StandardDeviation!.Value, Math.Max(exact, deviation * 1e-9));
        // As ColumnProfile says of its estimate.
        Assert.InRange(profile.DistinctEstimate / (double)distinct, 0.75, 1.25);

        var bins = profile.Histogram;
        Assert.Equal(numbers.Length, bins.Sum(b => b.Count));
        Assert.Equal(numbers[0], bins[0].From, exact);
        Assert.True(bins[^1].To >= numbers[^1]);
        Assert.All(
            bins,
            (bin, i) =>
            {
                var isLast = i == bins.Count - 1;
                var within = numbers.Count(x => x >= bin.From && (x < bin.To || isLast));
                // A value on an edge may fall to either side of it.
                Assert.InRange(bin.Count, within - (numbers.Length * 1e-3), within + (numbers.Length * 1e-3));
            }
        );

        double[] at = [0.05, 0.25, 0.5, 0.75, 0.95];
        Assert.All(
            profile.Quantiles.Zip(at),
            q =>
            {
                var below = numbers.Count(x => x <= q.First) / (double)numbers.Length;
                Assert.InRange(below, q.Second - 0.01, q.Second + 0.01);
            }
        );
    }

    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public void The_most_frequent_texts_are_named_with_how_often_they_come(int rows)
    {
        var profile = Profile(
            rows,
            ColumnType.String,
            "CASE WHEN i % 10 < 3 THEN 'often' WHEN i % 10 = 3 THEN 'sometimes' ELSE 'once ' || i END",
            out _,
            out _
        );

        Assert.Equal(
            [new("often", rows * 3 / 10), new("sometimes", rows / 10)],
            profile.Top.Where(t => t.Count > 1).ToList()
        );
        Assert.Equal(("often", "sometimes"), (profile.Min, profile.Max));
        Assert.Empty(profile.Histogram);
    }

    /// <summary>With gaps, infinities and what is no number.</summary>
    private const string Odd =
        "CASE i % 1000 WHEN 0 THEN 'nan'::DOUBLE WHEN 1 THEN 'inf'::DOUBLE WHEN 2 THEN '-inf'::DOUBLE WHEN 3 THEN NULL ELSE (hash(i) % 1000003) / 7 END";

    private const string Moments =
        "TIMESTAMP '2024-02-28 10:00:00.5' + to_microseconds((hash(i) % 1000003)::BIGINT * 1234567)";

    /// <param name="rows">How many.</param>
    /// <param name="type">Of the column.</param>
    /// <param name="sql">The value of row i.</param>
    /// <param name="cells">The values as numbers, moments as seconds since 1970; what is no number is null.</param>
    /// <param name="distinct">How many different values there are.</param>
    private ColumnProfile Profile(
        int rows,
        ColumnType type,
        string sql,
        out IReadOnlyList<object?> cells,
        out long distinct
    )
    {
        var file = Path.Combine(folder, "data.parquet");
        duck.Execute(
            $"COPY (SELECT {sql} AS v FROM range({rows}) t(i)) TO {Sql.Literal(file)} ({Sql.StoredParquet})",
            Ct
        );
        var number =
            type == ColumnType.String ? "NULL"
            : type == ColumnType.Timestamp ? "epoch_us(v) / 1e6"
            : "v";
        cells = duck.Query<object?>(
            $"SELECT ({number})::DOUBLE FROM read_parquet({Sql.Files([file])})",
            r => r.IsDBNull(0) ? null : r.GetDouble(0),
            Ct
        );
        distinct = duck.Count($"SELECT count(DISTINCT v) FROM read_parquet({Sql.Files([file])})", Ct);
        return Assert.Single(ProfileColumns.Run(duck, [file], [new Column("v", type)], Ct));
    }
}
