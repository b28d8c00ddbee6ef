using System.Text.Json;
using Millrace.Engine.Evidence;
using Xunit;

namespace Millrace.Tests.Evidence;

public sealed class ComparisonTestTests
{
    [Fact]
    public void Equal_models_give_no_evidence_on_average_whatever_the_split()
    {
        // All 2^12 streams of errors in one order of arrival, weighted by their probability: exact, not simulated.
        const string Order = "ccAcAAcccAAc";
        double worse = 0,
            safe = 0;
        for (var stream = 0; stream < 4096; stream++)
        {
            var test = new ComparisonTest(0.02);
            var atMargin = new ComparisonTest(0.02);
            double probability = 1,
                marginProbability = 1;
            for (var i = 0; i < Order.Length; i++)
            {
                var loss = (stream >> i) & 1;
                probability *= loss == 1 ? 0.3 : 0.7;
                if (Order[i] == 'c')
                {
                    marginProbability *= loss == 1 ? 0.3 : 0.7;
                    test.AddChampion(loss);
                    atMargin.AddChampion(loss);
                }
                else
                {
                    marginProbability *= loss == 1 ? 0.32 : 0.68;
                    test.AddChallenger(loss);
                    atMargin.AddChallenger(loss);
                }
            }

            worse += probability * test.WorseEvidence;
            safe += marginProbability * atMargin.SafeEvidence;
        }

        Assert.Equal(1, worse, 9);
        Assert.Equal(1, safe, 9);
    }

    [Theory]
    [InlineData(0.03, 1400)]
    [InlineData(0.05, 560)]
    [InlineData(0.1, 200)]
    public void A_worse_challenger_is_found_in_time(double rise, int most)
    {
        var labels = Enumerable.Range(0, 60).Select(s => Labels(s, rise, 6000, t => t.WorseEvidence)).Order().ToList();

        Assert.True(labels[30] <= most, $"Median {labels[30]}");
        Assert.All(labels, l => Assert.True(l > 5));
    }

    [Fact]
    public void An_equal_challenger_becomes_safe_and_a_better_one_sooner()
    {
        var equal = Enumerable.Range(0, 20).Select(s => Labels(s, 0, 20_000, t => t.SafeEvidence)).Order().ToList();
        var better = Enumerable
            .Range(0, 20)
            .Select(s => Labels(s, -0.05, 20_000, t => t.SafeEvidence))
            .Order()
            .ToList();

        Assert.InRange(equal[10], 1000, 5000);
        Assert.InRange(better[10], 100, 700);
    }

    [Fact]
    public void Hard_days_for_both_are_no_evidence_against_either()
    {
        var random = new Random(3);
        var test = new ComparisonTest(0.02);
        var most = 0.0;
        for (var i = 0; i < 20_000; i++)
        {
            var error = i / 1000 % 2 == 0 ? 0.1 : 0.4;
            if (i % 10 == 0)
            {
                test.AddChallenger(random.NextDouble() < error ? 1 : 0);
            }
            else
            {
                test.AddChampion(random.NextDouble() < error ? 1 : 0);
            }

            most = Math.Max(most, test.WorseEvidence);
        }

        Assert.True(most < 100, $"{most}");
    }

    [Fact]
    public void Outcomes_of_a_challenger_wait_for_one_of_the_champion()
    {
        var test = new ComparisonTest(0.02);
        test.AddChallenger(1);
        test.AddChallenger(1);
        Assert.Equal(1, test.WorseEvidence, 12);

        test.AddChampion(0);
        test.AddChallenger(1);
        Assert.True(test.WorseEvidence > 1.2);
        Assert.Equal(3, test.ChallengerOutcomes);
    }

    [Fact]
    public void It_goes_on_from_what_was_stored_as_if_never_stopped()
    {
        var random = new Random(1);
        var whole = new ComparisonTest(0.02);
        var broken = new ComparisonTest(0.02);
        for (var i = 0; i < 500; i++)
        {
            var loss = random.NextDouble();
            if (random.Next(3) == 0)
            {
                whole.AddChallenger(loss);
                broken.AddChallenger(loss);
            }
            else
            {
                whole.AddChampion(loss);
                broken.AddChampion(loss);
            }

            broken = new(0.02, JsonSerializer.Deserialize<ComparisonState>(JsonSerializer.Serialize(broken.State)));
        }

        Assert.Equal(JsonSerializer.Serialize(whole.State), JsonSerializer.Serialize(broken.State));
        Assert.Equal(whole.WorseEvidence, broken.WorseEvidence);
    }

    private static int Labels(int seed, double rise, int most, Func<ComparisonTest, double> evidence)
    {
        var random = new Random(seed);
        var test = new ComparisonTest(0.02);
        for (var label = 1; label < most; label++)
        {
            for (var i = 0; i < 9; i++)
            {
                test.AddChampion(random.NextDouble() < 0.1 ? 1 : 0);
            }

            test.AddChallenger(random.NextDouble() < 0.1 + rise ? 1 : 0);
            if (evidence(test) >= 100)
            {
                return label;
            }
        }

        return most;
    }
}
