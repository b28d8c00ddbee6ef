using Millrace.Engine.Checks;
using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;
using Xunit;

namespace Millrace.Tests.Checks;

/// <summary>Whatever is judged by what people really did is refused where a loop does not say how that is known.</summary>
public sealed class FeedbackChecksTests
{
    private const string Loop = """
        loop: churn
        data:
          source: customers.csv
        model: { task: classify, target: left, try: [lightgbm] }
        """;

    private const string Outcome = "\nmonitor: { outcome: { label: left } }";

    [Theory]
    [InlineData("\ndeploy: { rollout: { canary: [5%] } }", 5)]
    [InlineData("\ndeploy: {}\nretrain: { on: harm }", 6)]
    public void What_outcomes_must_judge_needs_them(string more, int line)
    {
        var refused = Assert.Throws<DeclarationException>(() => Check(Loop + more));

        Assert.Equal(line, refused.At.Line);
        Assert.Contains("declare monitor.outcome", refused.Message, StringComparison.Ordinal);
        Check(Loop + more + Outcome);
    }

    [Fact]
    public void Joined_predictions_as_a_source_need_outcomes()
    {
        var loop = Loop.Replace("customers.csv", "predictions", StringComparison.Ordinal) + "\ndeploy: {}";

        var refused = Assert.Throws<DeclarationException>(() => Check(loop));

        Assert.Equal(3, refused.At.Line);
        Check(loop + Outcome);
    }

    [Fact]
    public void A_metric_that_the_task_has_not_cannot_be_watched() =>
        Assert.Contains(
            "Did you mean 'accuracy'?",
            Assert
                .Throws<DeclarationException>(() =>
                    Check(Loop + "\nmonitor: { outcome: { label: left }, watch: acuracy }")
                )
                .Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("auc")]
    [InlineData("f1")]
    public void A_metric_that_no_single_outcome_has_cannot_be_watched(string metric) =>
        Assert.Contains(
            $"There is no metric '{metric}'",
            Assert
                .Throws<DeclarationException>(() =>
                    Check(Loop + $"\nmonitor: {{ outcome: {{ label: left }}, watch: {metric} }}")
                )
                .Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("\nmonitor: { outcome: { value: left } }", "write outcome: { label: left }")]
    [InlineData("\nmonitor: { outcome: { label: left, item: left } }", "not item and label")]
    [InlineData("\nretrain: { on: [] }", "names what starts a retraining")]
    public void What_would_be_passed_over_in_silence_is_refused(string more, string why)
    {
        var refused = Assert.Throws<DeclarationException>(() => Check(Loop + more));

        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.True(refused.At.Line >= 5);
    }

    [Theory]
    [InlineData("leftt", "outcome.label 'leftt' is not a column. Did you mean 'left'?")]
    [InlineData("gone", null)] // Derived by the recipe.
    public void An_outcome_is_a_column(string column, string? why)
    {
        var loop = LoopReader.Read(
            Loop.Replace(
                "customers.csv",
                "customers.csv\n  recipe: [ derive: { gone: left } ]",
                StringComparison.Ordinal
            ) + $"\nmonitor: {{ outcome: {{ label: {column} }} }}"
        );

        var refused = Record.Exception(() =>
            LoopChecks.WithColumns(loop, [new("age", ColumnType.Int64), new("left", ColumnType.String)])
        );

        Assert.Equal(why is null, refused is null);
        Assert.EndsWith(why ?? "", refused?.Message ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("recipe: [ derive: { big: city > 6 } ]", ColumnType.String, true)] // One word makes it text.
    [InlineData("recipe: [ derive: { big: city > 6 } ]", ColumnType.Int64, false)]
    [InlineData("recipe: [ derive: { big: city > 6 } ]", null, false)] // Empty as far as was looked.
    [InlineData("contract: { city: { range: [1, 6] } }", ColumnType.String, true)]
    [InlineData("contract: { city: { range: [null, 6] } }", ColumnType.String, true)]
    [InlineData("contract: { city: { range: [1, 6] } }", ColumnType.Int64, false)]
    [InlineData("contract: { city: { type: int64, range: [1, 6] } }", ColumnType.String, false)]
    public void What_can_be_nothing_but_text_is_not_compared_with_a_number(
        string data,
        ColumnType? seen,
        bool isRefused
    )
    {
        var loop = LoopReader.Read(Loop.Replace("customers.csv", $"customers.csv\n  {data}", StringComparison.Ordinal));

        var refused = Record.Exception(() =>
            LoopChecks.WithLikelyColumns(loop, [new("city", seen), new("left", ColumnType.String)])
        );

        Assert.Equal(isRefused, refused is DeclarationException { At.Line: 4 });
        Assert.Equal(isRefused, refused is not null);
    }

    [Theory]
    [InlineData("age", null)]
    [InlineData("agee", "Did you mean 'age'?")]
    [InlineData("id", "is under ignore")]
    [InlineData("left", "is the target")]
    public void A_key_that_no_request_would_carry_is_refused(string key, string? why)
    {
        var loop = LoopReader.Read(
            Loop.Replace("target: left", "target: left, ignore: [id]", StringComparison.Ordinal)
                + $"\nmonitor: {{ outcome: {{ label: left, key: {key} }} }}"
        );

        var refused = Record.Exception(() =>
            LoopChecks.WithColumns(
                loop,
                [new("id", ColumnType.Int64), new("age", ColumnType.Int64), new("left", ColumnType.String)]
            )
        );

        Assert.Equal(why is null, refused is null);
        Assert.Contains(why ?? "", refused?.Message ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("classify, target: left, try: [lightgbm]", "brier", "error")]
    [InlineData("regress, target: left, try: [lightgbm]", "error", "brier")]
    [InlineData("recommend, user: who, item: what, try: [popularity]", "ndcg@5", "brier")]
    public void What_only_a_monitor_measures_can_be_watched_for_its_own_task(string task, string own, string other)
    {
        const string declared = "classify, target: left, try: [lightgbm]";
        Check(Loop.Replace(declared, task, StringComparison.Ordinal) + Watch(own));

        var refused = Assert.Throws<DeclarationException>(() =>
            Check(Loop.Replace(declared, task, StringComparison.Ordinal) + Watch(other))
        );

        Assert.Contains($"There is no metric '{other}' for", refused.Message, StringComparison.Ordinal);

        static string Watch(string metric) => $"\nmonitor: {{ watch: {metric} }}";
    }

    [Fact]
    public void A_column_that_is_none_is_answered_with_every_column_once()
    {
        var loop = LoopReader.Read(
            Loop.Replace("target: left", "target: left, ignore: [zzz]", StringComparison.Ordinal)
        );

        var refused = Assert.Throws<DeclarationException>(() =>
            LoopChecks.WithColumns(loop, [new("id", ColumnType.Int64), new("left", ColumnType.String)])
        );

        Assert.EndsWith("There are: id, left.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_that_is_none_is_refused_where_it_is_renamed()
    {
        var loop = LoopReader.Read(
            Loop.Replace(
                "customers.csv",
                "customers.csv\n  recipe:\n    - rename: { id: x, agee: years }",
                StringComparison.Ordinal
            )
        );

        var refused = Assert.Throws<DeclarationException>(() =>
            LoopChecks.WithColumns(
                loop,
                [new("id", ColumnType.Int64), new("age", ColumnType.Int64), new("left", ColumnType.String)]
            )
        );

        Assert.Equal(new Position(5, 24), refused.At);
        Assert.Contains("no column 'agee'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_schedule_alone_needs_no_outcomes() => Check(Loop + "\nretrain: { on: { every: 7d } }");

    private static void Check(string yaml) => LoopChecks.BeforeData(LoopReader.Read(yaml));
}
