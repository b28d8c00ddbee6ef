using Millrace.Engine.Evidence;
using Xunit;

namespace Millrace.Tests.Evidence;

public sealed class IntervalTests
{
    [Fact]
    public void The_interval_is_the_papers_formula_worked_by_hand()
    {
        // 100 values, 30 of them 1; alpha 0.05, tightest at 100. rho² = (5.991465 + ln 6.991465) / 100 = 0.07936155;
        // t·rho² + 1 = 8.936156; 2 · 8.936156 / (100² · 0.07936155) · ln(√8.936156 / 0.05) = 0.0921257;
        // times the deviation √0.21 = 0.4582576: half the width is 0.139091.
        var (low, high) = MeanInterval.Of(100, 30, 30);

        Assert.Equal(0.160909, low, 5);
        Assert.Equal(0.439091, high, 5);
    }

    [Fact]
    public void The_interval_holds_the_mean_at_every_look_where_a_fixed_one_does_not()
    {
        int misses = 0,
            fixedMisses = 0,
            above = 0;
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            double sum = 0;
            bool missed = false,
                fixedMissed = false,
                wasAbove = false;
            for (var n = 1; n <= 3000; n++)
            {
                sum += random.NextDouble() < 0.3 ? 1 : 0;
                if (n < 50)
                {
                    continue;
                }

                var (low, high) = MeanInterval.Of(n, sum, sum);
                missed |= low > 0.3 || high < 0.3;
                var deviation = Math.Sqrt(sum / n * (1 - (sum / n)) / n);
                fixedMissed |= Math.Abs((sum / n) - 0.3) > 1.96 * deviation;
                wasAbove |= (sum / n) + (deviation * Math.Sqrt(n) * MeanInterval.OneSided(n, 0.05, 100)) < 0.3;
            }

            misses += missed ? 1 : 0;
            fixedMisses += fixedMissed ? 1 : 0;
            above += wasAbove ? 1 : 0;
        }

        // 5 % of 400, and three deviations of a count like that.
        Assert.InRange(misses, 1, 33);
        Assert.InRange(above, 1, 33);
        Assert.True(fixedMisses > 120, $"{fixedMisses}");
    }

    [Fact]
    public void A_stability_index_worked_by_hand_comes_out()
    {
        // (0.3 − 0.2) ln 1.5 + (0.4 − 0.5) ln 0.8 + 0 = 0.040547 + 0.022314.
        Assert.Equal(0.062861, PopulationStability.Of([200, 500, 300], [30, 40, 30]), 6);
        Assert.Equal(0, PopulationStability.Of([10, 20, 30], [100, 200, 300]), 12);
    }

    [Fact]
    public void An_empty_bin_counts_as_half_an_observation_and_one_empty_in_both_as_nothing()
    {
        // q = 0.5/100, p = 20/100: 0.195 · ln 40; the other: (0.8 − 1) ln 0.8.
        var expected = (0.195 * Math.Log(40)) + (-0.2 * Math.Log(0.8));

        Assert.Equal(expected, PopulationStability.Of([100, 0, 0], [80, 20, 0]), 12);
        Assert.Equal(expected, PopulationStability.Of([100, 0], [80, 20]), 12);
    }
}
