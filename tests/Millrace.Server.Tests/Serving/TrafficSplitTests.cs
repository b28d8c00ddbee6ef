using Microsoft.Extensions.Logging.Abstractions;
using Millrace.Engine.Declarations;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;
using Millrace.Serving.Inference;
using Millrace.Serving.Routing;
using Xunit;

namespace Millrace.Server.Tests.Serving;

public sealed class TrafficSplitTests
{
    [Fact]
    public void Users_are_spread_evenly_and_differently_in_each_rollout()
    {
        const int Users = 20_000;
        var first = Enumerable.Range(0, Users).Select(u => TrafficSplit.PointOf(Value.Of((long)u), 1)).ToList();
        var second = Enumerable.Range(0, Users).Select(u => TrafficSplit.PointOf(Value.Of((long)u), 2)).ToList();
        var named = Enumerable.Range(0, Users).Select(u => TrafficSplit.PointOf(Value.Of($"user {u}"), 1)).ToList();

        foreach (var points in new[] { first, second, named })
        {
            for (var tenth = 0; tenth < 10; tenth++)
            {
                // Five standard deviations of a tenth of 20,000: sqrt(20000 · 0.1 · 0.9) = 42.
                Assert.InRange(points.Count(p => (int)(p * 10) == tenth), 2000 - 212, 2000 + 212);
            }
        }

        Assert.InRange(first.Zip(second).Count(p => p.First < 0.1 && p.Second < 0.1), 200 - 71, 200 + 71);
    }

    [Fact]
    public void A_challenger_that_throws_or_takes_other_inputs_leaves_the_row_to_the_champion()
    {
        var champion = new ServedModel(new("m"), new(1), new Sum(["a", "b"]));
        foreach (var inputs in new string[][] { ["b", "a"], ["a", "c"] })
        {
            var challenger = new ServedModel(new("m"), new(2), new Sum(inputs, throws: true));
            var (route, scratch) = Asked(champion, challenger);

            Assert.False(
                new Challenge(NullLogger<Challenge>.Instance).TryScore(route, route.Split!, champion, scratch, 10)
            );

            Assert.Equal(0, scratch.Output.WrittenCount);
            ScoreRow.Run(champion, scratch.Row(2), scratch, 10);
            Assert.Equal("""{"score":12}"""u8, scratch.Output.WrittenSpan);
            Assert.Equal(1, route.Split!.Traffic.View().FellBack);
        }
    }

    [Fact]
    public void A_challenger_that_takes_the_same_inputs_in_another_order_gets_them_in_its_own()
    {
        var champion = new ServedModel(new("m"), new(1), new Sum(["a", "b"]));
        var challenger = new ServedModel(new("m"), new(2), new Sum(["b", "a"]));
        var (route, scratch) = Asked(champion, challenger);

        Assert.True(new Challenge(NullLogger<Challenge>.Instance).TryScore(route, route.Split!, champion, scratch, 10));

        Assert.Equal("""{"score":21}"""u8, scratch.Output.WrittenSpan);
    }

    /// <summary>A request of a = 1 and b = 2, read by the champion.</summary>
    private static (EndpointRoute Route, Scratch Scratch) Asked(ServedModel champion, ServedModel challenger)
    {
        var route = new EndpointRoute(
            new("e"),
            default,
            champion.Model,
            champion,
            "",
            default,
            new(),
            new(challenger, 1, 1, new())
        );
        var scratch = new Scratch();
        scratch.Clear();
        Assert.True(ReadRow.Read(new("""{"a":1,"b":2}"""u8.ToArray()), champion.Fields, scratch).IsNone);
        WriteOutput.Inputs(scratch.InputsJson, champion.Fields, scratch.Row(2));
        return (route, scratch);
    }

    private sealed class Sum(string[] inputs, bool throws = false)
        : ScorePredictor(
            new()
            {
                Task = TaskKind.Regress,
                Algorithm = "none",
                Inputs = [.. inputs.Select(i => new Column(i, ColumnType.Double))],
            }
        )
    {
        public override int Outputs => 1;

        /// <summary>The first ten times, and the second.</summary>
        public override void Score(ReadOnlySpan<Value> row, Span<double> scores) =>
            scores[0] = throws
                ? throw new InvalidOperationException("as planted")
                : (10 * row[0].AsDouble) + row[1].AsDouble;
    }
}
