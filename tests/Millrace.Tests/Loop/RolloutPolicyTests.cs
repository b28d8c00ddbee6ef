using Millrace.Engine.Evidence;
using Millrace.Loop.Redeployment;
using Xunit;

namespace Millrace.Tests.Loop;

public sealed class RolloutPolicyTests
{
    private static readonly RolloutRules Rules = new(Steps: 2, Confidence: 0.99);

    [Fact]
    public void Without_outcomes_it_waits() =>
        Assert.IsType<RolloutDecision.Wait>(RolloutPolicy.Decide(Rules, 0, 0, new ComparisonTest(0.02)));

    [Fact]
    public void A_challenger_that_is_always_wrong_where_the_champion_is_right_is_rolled_back() =>
        Assert.IsType<RolloutDecision.RollBack>(RolloutPolicy.Decide(Rules, 0, 40, Of(0, 1, 40)));

    [Fact]
    public void A_challenger_that_is_better_advances_and_then_is_promoted()
    {
        var better = Of(1, 0, 100);

        Assert.Equal(1, Assert.IsType<RolloutDecision.Advance>(RolloutPolicy.Decide(Rules, 0, 100, better)).Step);
        Assert.IsType<RolloutDecision.Promote>(RolloutPolicy.Decide(Rules, 1, 10, better));
    }

    [Fact]
    public void Where_nothing_is_proven_it_advances_after_enough_outcomes_and_ends_by_being_promoted()
    {
        var equal = Of(0.5, 0.5, 60);

        Assert.IsType<RolloutDecision.Wait>(RolloutPolicy.Decide(Rules, 0, 10, equal));
        Assert.IsType<RolloutDecision.Advance>(RolloutPolicy.Decide(Rules, 0, 60, equal));
        Assert.IsType<RolloutDecision.Wait>(RolloutPolicy.Decide(Rules with { Most = 61 }, 1, 60, equal));
        Assert.IsType<RolloutDecision.Promote>(RolloutPolicy.Decide(Rules with { Most = 60 }, 1, 60, equal));
    }

    [Fact]
    public void A_suspect_challenger_is_not_shown_to_more_people()
    {
        var suspect = new ComparisonTest(0.02);
        while (suspect.WorseEvidence < 20)
        {
            suspect.AddChampion(0);
            suspect.AddChallenger(1);
        }

        Assert.IsType<RolloutDecision.Wait>(RolloutPolicy.Decide(Rules, 0, 1000, suspect));
    }

    private static ComparisonTest Of(double champion, double challenger, int outcomes)
    {
        var test = new ComparisonTest(0.02);
        for (var i = 0; i < outcomes; i++)
        {
            test.AddChampion(champion);
            test.AddChallenger(challenger);
        }

        return test;
    }
}
