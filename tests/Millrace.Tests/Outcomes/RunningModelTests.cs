using System.Text.Json;
using Millrace.Engine.Outcomes;
using Millrace.Engine.Tables;
using Xunit;

namespace Millrace.Tests.Outcomes;

public sealed class RunningModelTests
{
    private static readonly DateTimeOffset Start = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Ranks_are_those_of_sorting_the_decayed_counts()
    {
        var random = new Random(4);
        var popularity = new RunningPopularity(TimeSpan.FromDays(2));
        var events = new List<(long Item, double Day)>();
        for (var i = 0; i < 4000; i++)
        {
            // Out of order by up to half a day, over 400 half-lives: the landmark moves more than once.
            var day = (i * 0.2) - (random.NextDouble() / 2);
            var item = (long)(Math.Pow(random.NextDouble(), 3) * 1500);
            events.Add((item, day));
            popularity.Learn(Value.Of(item), Start.AddDays(day));
        }

        // The last 60 half-lives decide; what is older is below the precision of a double.
        var now = events[^1].Day;
        var expected = events
            .Where(e => now - e.Day < 120)
            .GroupBy(e => e.Item)
            .Select(g => (g.Key, Weight: g.Sum(e => Math.Pow(2, (e.Day - now) / 2))))
            .OrderByDescending(g => g.Weight)
            .Select(g => g.Key)
            .Take(150)
            .ToList();
        Assert.Equal(expected, popularity.Top(150).ToArray().Select(v => v.AsInt64));
        Assert.All(expected.Index(), e => Assert.Equal(e.Index + 1, popularity.RankOf(Value.Of(e.Item))));
    }

    [Fact]
    public void What_is_unknown_or_below_the_longest_list_has_no_rank()
    {
        var popularity = new RunningPopularity(TimeSpan.FromDays(1));
        for (var item = 0; item < 1200; item++)
        {
            popularity.Learn(Value.Of($"i{item}"), Start);
        }

        Assert.Equal(1, popularity.RankOf(Value.Of("i0")));
        Assert.Equal(1000, popularity.RankOf(Value.Of("i999")));
        Assert.Equal(0, popularity.RankOf(Value.Of("i1000")));
        Assert.Equal(0, popularity.RankOf(Value.Of("never")));

        popularity.Learn(Value.Of("i1100"), Start);
        Assert.Equal(1, popularity.RankOf(Value.Of("i1100")));
        Assert.Equal(0, popularity.RankOf(Value.Of("i999")));
    }

    [Fact]
    public void Items_that_somebody_knows_are_not_counted_against_the_others()
    {
        var popularity = new RunningPopularity(TimeSpan.FromDays(1));
        foreach (var item in new[] { "a", "a", "a", "b", "b", "c" })
        {
            popularity.Learn(Value.Of(item), Start);
        }

        Assert.Equal(3, popularity.RankOf(Value.Of("c")));
        Assert.Equal(2, popularity.RankOf(Value.Of("c"), [Value.Of("a"), Value.Of("unknown")]));
        Assert.Equal(0, popularity.RankOf(Value.Of("c"), [Value.Of("c")]));
    }

    [Fact]
    public void A_popularity_stays_bounded_and_goes_on_from_what_was_stored()
    {
        var random = new Random(8);
        var whole = new RunningPopularity(TimeSpan.FromHours(1));
        var broken = new RunningPopularity(TimeSpan.FromHours(1));
        for (var i = 0; i < 60_000; i++)
        {
            var item = i % 3 == 0 ? Value.Of((long)random.Next(500)) : Value.Of((long)i);
            var at = Start.AddSeconds(i * 10);
            Assert.Equal(whole.RankOf(item), broken.RankOf(item));
            whole.Learn(item, at);
            broken.Learn(item, at);
            Assert.True(whole.Items <= RunningPopularity.MostItems);
            if (i % 20_000 == 19_999)
            {
                var stored = JsonSerializer.Serialize(broken.State);
                broken = new(TimeSpan.FromHours(1), JsonSerializer.Deserialize<RunningPopularityState>(stored));
            }
        }
    }

    [Fact]
    public void Class_shares_follow_what_came_of_late()
    {
        var labels = new RunningLabels();
        Assert.Null(labels.MostProbable);
        Assert.Equal(1, labels.ProbabilityOf("no"), 12);
        for (var i = 0; i < 8000; i++)
        {
            labels.Learn(i % 10 == 0 ? "yes" : "no");
        }

        Assert.Equal("no", labels.MostProbable);
        Assert.Equal(0.1, labels.ProbabilityOf("yes"), 2);
        for (var i = 0; i < 3000; i++)
        {
            labels.Learn("yes");
        }

        // Three half-lives later an eighth of the old shares is left.
        Assert.Equal("yes", labels.MostProbable);
        Assert.Equal("yes", labels.Last);
        Assert.Equal(1 - (0.9 / 8), labels.ProbabilityOf("yes"), 2);
        Assert.InRange(labels.ProbabilityOf("never"), 1e-6, 1e-3);

        var again = new RunningLabels(
            JsonSerializer.Deserialize<RunningLabelsState>(JsonSerializer.Serialize(labels.State))
        );
        Assert.Equal(labels.ProbabilityOf("no"), again.ProbabilityOf("no"));
        Assert.Equal("yes", again.Last);
    }

    [Fact]
    public void A_running_mean_forgets_by_half_in_a_thousand_values()
    {
        var mean = new RunningMean();
        Assert.True(double.IsNaN(mean.Value));
        for (var i = 0; i < 20_000; i++)
        {
            mean.Learn(4);
        }

        for (var i = 0; i < 1000; i++)
        {
            mean.Learn(8);
        }

        mean.Learn(double.NaN);
        Assert.Equal(6, mean.Value, 4);
        Assert.Equal(8, mean.Last);
        var again = new RunningMean(JsonSerializer.Deserialize<RunningMeanState>(JsonSerializer.Serialize(mean.State)));
        Assert.Equal(mean.Value, again.Value);
        Assert.Null(new RunningMean().State.Last);
    }
}
