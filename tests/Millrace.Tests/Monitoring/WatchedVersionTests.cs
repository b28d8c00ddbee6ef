using Millrace.Api;
using Millrace.Engine.Declarations;
using Millrace.Engine.Evidence;
using Millrace.Engine.Outcomes;
using Millrace.Monitoring.Feedback;
using Xunit;

namespace Millrace.Tests.Monitoring;

public sealed class WatchedVersionTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Harm_once_seen_stays_though_what_is_normal_is_not_well_known_yet()
    {
        var watched = new WatchedVersion(new(1), new HarmOptions { RunLength = 1000, Reference = 5000 }, new());
        Add(watched, 0.1, 300);
        Assert.Equal(HarmPhase.Learning, watched.Phase);
        while (watched.Evidence < watched.Threshold)
        {
            Add(watched, 1, 1);
        }

        Assert.Equal(HarmPhase.Harm, watched.Phase);
        Add(watched, 0, 3);
        Assert.InRange(watched.Evidence, 0, watched.Threshold);
        Assert.Equal(HarmPhase.Harm, watched.Phase);
    }

    [Fact]
    public void The_next_version_begins_with_what_was_normal_but_after_harm_with_nothing()
    {
        var watched = new WatchedVersion(new(1), new HarmOptions { RunLength = 1000 }, new());
        Assert.Null(watched.Bequest);
        Add(watched, 0.1, 600);
        Assert.Equal(0.1, watched.Bequest!.Value, 0.05);

        Add(watched, 1, 200);
        Assert.Equal(HarmPhase.Harm, watched.Phase);
        Assert.Null(watched.Bequest);
    }

    [Fact]
    public void Harm_that_is_found_while_a_version_is_learned_is_told_over_all_its_outcomes()
    {
        var watched = new WatchedVersion(new(4), new HarmOptions { RunLength = 1000, Reference = 5000 }, new());
        Add(watched, 0.1, 300);
        while (watched.Phase != HarmPhase.Harm)
        {
            Add(watched, 1, 1);
        }

        var verdict = HarmVerdict.Of(
            new(new("films"), new("films"), new(4)),
            LiveMetric.Of(TaskKind.Recommend, "hit_rate@10"),
            watched
        );

        Assert.NotNull(verdict.Current);
        Assert.Contains("outcomes of films v4", verdict.Sentence, StringComparison.Ordinal);
        Assert.Contains("was normal", verdict.Sentence, StringComparison.Ordinal);
    }

    private static void Add(WatchedVersion watched, double loss, int times)
    {
        for (var i = 0; i < times; i++)
        {
            watched.Add(loss, null, Start.AddMinutes(watched.Kept.Outcomes));
        }
    }
}
