using System.Text.Json;
using Millrace.Engine.Evidence;
using Xunit;

namespace Millrace.Tests.Evidence;

public sealed class HarmDetectorTests
{
    private static readonly HarmOptions Known = new()
    {
        Prior = 0.1,
        PriorWeight = double.PositiveInfinity,
        Tolerance = 0,
    };

    [Fact]
    public void The_first_bets_are_those_of_the_formula()
    {
        var detector = new HarmDetector(Known);
        double[] bets = [0.01, 0.025, 0.055, 0.11, 0.22, 0.5];
        double[] weights = [0.04, 0.11, 0.25, 0.25, 0.25, 0.1];

        // Reference 0.1: a loss multiplies by 1 + 9·bet, none by 1 − bet; each outcome adds one first.
        detector.Add(1);
        Assert.Equal(bets.Zip(weights, (b, w) => w * (1 + (9 * b))).Sum(), detector.Evidence, 12);
        detector.Add(0);
        Assert.Equal(bets.Zip(weights, (b, w) => w * (2 + (9 * b)) * (1 - b)).Sum(), detector.Evidence, 12);
    }

    [Fact]
    public void Under_losses_that_are_normal_the_evidence_grows_by_one_an_outcome_on_average()
    {
        // All 2^12 streams of errors, weighted by their probability: exact, not simulated.
        var expected = 0.0;
        for (var stream = 0; stream < 4096; stream++)
        {
            var detector = new HarmDetector(Known);
            var probability = 1.0;
            for (var i = 0; i < 12; i++)
            {
                var loss = (stream >> i) & 1;
                probability *= loss == 1 ? 0.1 : 0.9;
                detector.Add(loss);
            }

            expected += probability * detector.Evidence;
        }

        Assert.Equal(12, expected, 9);
    }

    [Theory]
    [InlineData(0.05, 900)]
    [InlineData(0.1, 300)]
    [InlineData(0.2, 110)]
    public void A_rise_above_a_known_reference_is_found_in_time(double rise, int most)
    {
        var delays = Enumerable.Range(0, 60).Select(s => Delay(new(Known), s, 1000, rise)).Order().ToList();

        Assert.All(delays, d => Assert.True(d > 5));
        Assert.True(delays[30] <= most, $"Median {delays[30]}");
    }

    [Fact]
    public void A_rise_within_the_learning_phase_is_found()
    {
        var delays = Enumerable.Range(0, 40).Select(s => Delay(new(new()), s, 250, 0.3)).ToList();

        Assert.True(delays.Count(d => d is > 0 and < 250) >= 36, string.Join(' ', delays));
    }

    [Fact]
    public void Harm_from_the_first_outcome_is_found_where_the_test_of_the_version_says_what_is_normal()
    {
        var blind = Enumerable.Range(0, 10).Select(s => Delay(new(new()), s, 0, 0.2)).ToList();
        var told = Enumerable.Range(0, 20).Select(s => Delay(new(new() { Prior = 0.1 }), s, 0, 0.2)).Order().ToList();

        Assert.True(blind.Count(d => d == 20_000) >= 8, string.Join(' ', blind));
        Assert.InRange(told[10], 1, 900);
    }

    [Fact]
    public void Stationary_losses_are_no_harm_though_what_is_normal_is_learned()
    {
        var alarms = Enumerable
            .Range(0, 60)
            .Count(s =>
            {
                var random = new Random(s);
                var detector = new HarmDetector(new());
                for (var i = 0; i < 10_000 && !detector.IsHarm; i++)
                {
                    detector.Add(random.NextDouble() < 0.1 ? 1 : 0);
                }

                return detector.IsHarm;
            });

        Assert.InRange(alarms, 0, 2);
    }

    [Fact]
    public void A_run_without_any_loss_does_not_fix_a_reference_of_none()
    {
        var detector = new HarmDetector(new());
        var random = new Random(5);
        for (var i = 0; i < 60; i++)
        {
            detector.Add(0);
        }

        for (var i = 0; i < 5000; i++)
        {
            detector.Add(random.NextDouble() < 0.03 ? 1 : 0);
        }

        Assert.False(detector.IsHarm);
    }

    [Fact]
    public void Harder_days_are_no_harm_where_the_trivial_model_finds_them_as_hard()
    {
        static bool Harm(bool isCompared, double harder, double ownRise)
        {
            var random = new Random(11);
            var detector = new HarmDetector(new());
            for (var i = 0; i < 8000 && !detector.IsHarm; i++)
            {
                var draw = random.NextDouble();
                var late = i >= 3000 ? 1 : 0;
                detector.Add(
                    draw < 0.1 + (late * (harder + ownRise)) ? 1 : 0,
                    isCompared ? (draw < 0.2 + (late * harder) ? 1 : 0) : null
                );
            }

            return detector.IsHarm;
        }

        Assert.True(Harm(isCompared: false, harder: 0.05, ownRise: 0));
        Assert.False(Harm(isCompared: true, harder: 0.05, ownRise: 0));
        Assert.True(Harm(isCompared: true, harder: 0.05, ownRise: 0.05));
    }

    [Fact]
    public void A_trivial_model_that_gets_better_is_no_harm()
    {
        var random = new Random(2);
        var detector = new HarmDetector(new());
        for (var i = 0; i < 8000; i++)
        {
            // From the 200th on it is as good as the version; the version's own loss stays what it was.
            var draw = random.NextDouble();
            detector.Add(draw < 0.2 ? 1 : 0, draw < (i < 200 ? 0.35 : 0.2) ? 1 : 0);
        }

        Assert.False(detector.IsHarm);
    }

    [Fact]
    public void A_version_that_becomes_worse_than_the_trivial_model_does_harm_though_its_loss_stays()
    {
        var random = new Random(2);
        var detector = new HarmDetector(new());
        for (var i = 0; i < 8000; i++)
        {
            // From the 3000th on outcomes are easier by 15 points, and the version makes nothing of it.
            var draw = random.NextDouble();
            detector.Add(draw < 0.2 ? 1 : 0, draw < (i < 3000 ? 0.25 : 0.1) ? 1 : 0);
        }

        Assert.True(detector.IsHarm);
    }

    [Theory]
    [InlineData(0.3, true)]
    [InlineData(0.12, true)]
    [InlineData(0.04, false)] // No more than may be: retraining would not end where no version reaches the trivial model.
    public void A_version_that_is_far_worse_than_the_trivial_model_from_its_first_outcome_does_harm(
        double worse,
        bool isHarm
    )
    {
        var random = new Random(3);
        var detector = new HarmDetector(new());
        for (var i = 0; i < 6000; i++)
        {
            var draw = random.NextDouble();
            detector.Add(draw < 0.25 + worse ? 1 : 0, draw < 0.25 ? 1 : 0);
        }

        Assert.Equal(isHarm, detector.IsHarm);
    }

    [Theory]
    [InlineData(true, 4000)]
    [InlineData(false, 8000)]
    public void Beside_a_trivial_model_a_small_rise_is_found_that_the_loss_alone_would_not_show(
        bool isCompared,
        int found
    )
    {
        // Six points: no more than the world may get harder, were there nothing that says it did not.
        var options = new HarmOptions { Tolerance = 0.01, Hardship = 0.05 };
        var random = new Random(4);
        var detector = new HarmDetector(options);
        var i = 0;
        for (; i < 8000 && !detector.IsHarm; i++)
        {
            var draw = random.NextDouble();
            var late = i >= 2000 ? 0.06 : 0;
            detector.Add(draw < 0.1 + late ? 1 : 0, draw < 0.2 + (isCompared ? 0 : late) ? 1 : 0);
        }

        Assert.InRange(i, 2000, found);
        Assert.Equal(isCompared, detector.IsHarm);
    }

    [Fact]
    public void It_goes_on_from_what_was_stored_as_if_never_stopped()
    {
        var random = new Random(1);
        var options = new HarmOptions { Prior = 0.2, PriorWeight = 50 };
        var whole = new HarmDetector(options);
        var broken = new HarmDetector(options);
        for (var i = 0; i < 1500; i++)
        {
            double loss = random.NextDouble(),
                baseline = random.NextDouble();
            whole.Add(loss, i < 100 ? null : baseline);
            broken.Add(loss, i < 100 ? null : baseline);
            if (i % 7 == 0)
            {
                var stored = JsonSerializer.Serialize(broken.State);
                Assert.True(stored.Length < 1500, stored);
                broken = new(options, JsonSerializer.Deserialize<HarmState>(stored));
            }
        }

        Assert.Equal(JsonSerializer.Serialize(whole.State), JsonSerializer.Serialize(broken.State));
        Assert.Equal(whole.Evidence, broken.Evidence);
        Assert.Equal(whole.Reference, broken.Reference);
    }

    [Fact]
    public void Endless_harm_and_impossible_losses_leave_the_evidence_finite()
    {
        var detector = new HarmDetector(new() { Prior = 0.1 });
        foreach (var loss in Enumerable.Repeat(1.0, 20_000).Concat([double.NaN, double.PositiveInfinity, -5, 7]))
        {
            detector.Add(loss, 0.5);
        }

        Assert.True(detector.IsHarm);
        Assert.True(double.IsFinite(detector.Evidence));
        Assert.NotNull(JsonSerializer.Serialize(detector.State));
    }

    private static int Delay(HarmDetector detector, int seed, int before, double rise)
    {
        var random = new Random(seed);
        for (var i = 0; i < before; i++)
        {
            detector.Add(random.NextDouble() < 0.1 ? 1 : 0);
            if (detector.IsHarm)
            {
                return -1;
            }
        }

        for (var i = 1; i < 20_000; i++)
        {
            detector.Add(random.NextDouble() < 0.1 + rise ? 1 : 0);
            if (detector.IsHarm)
            {
                return i;
            }
        }

        return 20_000;
    }
}
