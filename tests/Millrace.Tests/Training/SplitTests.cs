using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Training;
using Xunit;

namespace Millrace.Tests.Training;

public sealed class SplitTests : IDisposable
{
    private const string Days =
        "SELECT i::BIGINT AS id, TIMESTAMP '2024-01-01' + to_days((i // 10)::INTEGER) AS at, 'g' || (i % 7) AS g FROM range(200) t(i)";

    private readonly Workshop shop = new();

    [Fact]
    public void By_time_the_newest_are_held_back_and_one_moment_stays_together()
    {
        var parts = Parts(Days, new SplitDeclaration { Test = 0.17 }, "at");
        // 166 would be left; the moment of row 166 began with row 160.
        Assert.Equal(160, parts.Training.Count);
        Assert.Equal(Enumerable.Range(160, 40).Select(i => (long)i), parts.Test);
        Assert.Equal(120, parts.Validation.Min());
        Assert.DoesNotContain(parts.Validation, parts.Test.Contains);
    }

    [Fact]
    public void By_time_the_order_of_the_rows_does_not_matter()
    {
        var split = new SplitDeclaration { Test = 0.17 };
        var shuffled = Parts($"{Days} ORDER BY hash(i)", split, "at");
        Assert.Equal(Parts(Days, split, "at").Test, shuffled.Test.Order());
    }

    [Fact]
    public void By_order_the_last_rows_are_held_back()
    {
        var parts = Parts(Days, new SplitDeclaration { By = SplitBy.Order, Test = 0.25 });
        Assert.Equal(Enumerable.Range(150, 50).Select(i => (long)i), parts.Test);
        Assert.Equal(Enumerable.Range(112, 38).Select(i => (long)i), parts.Validation);
    }

    [Fact]
    public void At_random_a_row_keeps_its_side_when_rows_are_appended_and_another_seed_splits_otherwise()
    {
        var split = new SplitDeclaration { By = SplitBy.Random, Test = 0.3 };
        const string rows = "SELECT i::BIGINT AS id FROM range({0}) t(i)";
        var few = Parts(string.Format(null, rows, 1000), split).Test;
        var many = Parts(string.Format(null, rows, 2000), split).Test;
        Assert.Equal(few, many.Where(i => i < 1000));
        Assert.InRange(many.Count, 540, 660);
        Assert.NotEqual(few, Parts(string.Format(null, rows, 1000), split, seed: 2).Test);
    }

    [Fact]
    public void A_group_is_never_on_both_sides()
    {
        var split = new SplitDeclaration
        {
            By = SplitBy.Group,
            Test = 0.4,
            Group = "g",
        };
        var parts = Parts(Days, split);
        Assert.NotEmpty(parts.Test);
        Assert.Empty(parts.Test.Select(i => i % 7).Intersect(parts.Training.Select(i => i % 7)));
    }

    [Fact]
    public void A_window_leaves_out_what_is_older_than_it_before_the_newest()
    {
        var parts = Parts(Days, new SplitDeclaration(), "at", window: TimeSpan.FromDays(5));
        Assert.Equal(140, parts.Training.Min());
        Assert.Equal(60, parts.Training.Count + parts.Test.Count);
    }

    [Fact]
    public void A_whole_number_serves_as_event_time_and_says_how_it_was_read()
    {
        var parts = Parts(
            "SELECT i::BIGINT AS id, 1700000000 + i AS at FROM range(100) t(i)",
            new SplitDeclaration(),
            "at"
        );
        Assert.Equal(80, parts.Test.Min());
        Assert.Contains(parts.Notices, n => n.Contains("seconds since 1970", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(SplitBy.Time, null, "needs an event_time")]
    [InlineData(SplitBy.Group, null, "needs the name of a column")]
    [InlineData(SplitBy.Group, "h", "Did you mean 'g'")]
    public void A_split_that_cannot_be_made_is_refused(SplitBy by, string? group, string remedy)
    {
        var refusal = Assert.ThrowsAny<RefusalException>(() =>
            Parts(Days, new SplitDeclaration { By = by, Group = group })
        );
        Assert.Contains(remedy, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_moment_for_all_rows_cannot_be_split_by_time() =>
        Assert.Contains(
            "same event time",
            Assert
                .Throws<RefusalException>(() =>
                    Parts("SELECT i::BIGINT AS id, DATE '2024-01-01' AS at FROM range(50) t(i)", new(), "at")
                )
                .Message,
            StringComparison.Ordinal
        );

    public void Dispose() => shop.Dispose();

    private (
        IReadOnlyList<long> Training,
        IReadOnlyList<long> Validation,
        IReadOnlyList<long> Test,
        List<string> Notices
    ) Parts(string query, SplitDeclaration split, string? eventTime = null, TimeSpan? window = null, int seed = 1)
    {
        var model = Workshop.Model(TaskKind.Regress, "lightgbm") with { Split = split, Window = window, Seed = seed };
        var ct = TestContext.Current.CancellationToken;
        using var rows = TrainingRows.Open(shop.Spec(query, model, eventTime), 0.25, ct);
        return (Ids("NOT __test"), Ids("__valid"), Ids("__test"), rows.Notices);

        IReadOnlyList<long> Ids(string where) =>
            rows.Db.Query($"SELECT id FROM source WHERE {where} ORDER BY __row", r => r.GetInt64(0), ct);
    }
}
