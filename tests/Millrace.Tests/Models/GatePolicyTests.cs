using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Models.Evaluation;
using Xunit;

namespace Millrace.Tests.Models;

public sealed class GatePolicyTests
{
    private static readonly ChampionMetrics Champion = new(new VersionNumber(2), Metrics(("auc", 0.725)));

    [Fact]
    public void A_candidate_below_the_champion_is_told_by_how_much()
    {
        var gate = Decide(AtLeast("auc", GateReference.Champion, -0.005), 0.713, Champion);

        Assert.False(gate.Passed);
        Assert.Equal("auc 0.7130 is below 0.7200 (champion v2 0.7250 - 0.005)", gate.Explanation);
        Assert.Equal(0.72, gate.Bound!.Value, 12);
    }

    [Fact]
    public void A_candidate_within_the_offset_of_the_champion_passes()
    {
        var gate = Decide(AtLeast("auc", GateReference.Champion, -0.005), 0.721, Champion);

        Assert.True(gate.Passed);
        Assert.Equal("auc 0.7210 is at least 0.7200 (champion v2 0.7250 - 0.005)", gate.Explanation);
    }

    [Fact]
    public void Without_a_champion_there_is_nothing_to_be_worse_than()
    {
        var gate = Decide(AtLeast("auc", GateReference.Champion, 0), 0.5, null);

        Assert.True(gate.Passed);
        Assert.Null(gate.Bound);
        Assert.Contains("no other champion", gate.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_champion_that_has_seen_the_test_rows_is_compared_on_the_others_or_not_yet()
    {
        var gate = AtLeast("auc", GateReference.Champion, 0);
        var seen = Champion with { Unseen = new(49, new Dictionary<string, IReadOnlyDictionary<string, double>>()) };
        var few = Decide(gate, 0.5, seen);
        Assert.True(few.Passed);
        Assert.Equal(
            "auc 0.5000; champion v2 has learned from all but 49 of the test rows: not comparable yet",
            few.Explanation
        );

        var some = Champion with { Unseen = new(50, Unseen(candidate: 0.6, champion: 0.61)) };
        var lost = Decide(gate, 0.99, some);
        Assert.False(lost.Passed);
        Assert.Equal("auc 0.6000 is below 0.6100 (champion v2)", lost.Explanation);
        Assert.True(Decide(gate, 0.1, Champion with { Unseen = new(50, Unseen(0.62, 0.61)) }).Passed);
        Assert.False(Decide(gate, 0.9, Champion with { Unseen = new(50, Unseen(double.NaN, 0.61)) }).Passed);

        static Dictionary<string, IReadOnlyDictionary<string, double>> Unseen(double candidate, double champion) =>
            new(StringComparer.Ordinal)
            {
                ["candidate"] = Metrics(("auc", candidate)),
                ["champion"] = Metrics(("auc", champion)),
            };
    }

    [Fact]
    public void A_metric_that_the_model_has_not_fails_and_names_those_that_it_has()
    {
        var gate = Decide(AtLeast("aux", GateReference.Constant, 0.5), 0.9, null);

        Assert.False(gate.Passed);
        Assert.Equal("there is no metric 'aux': this model has auc", gate.Explanation);
    }

    [Fact]
    public void Not_a_number_never_passes()
    {
        Assert.False(Decide(AtLeast("auc", GateReference.Constant, 0), double.NaN, null).Passed);
        Assert.False(Decide(AtLeast("auc", GateReference.Baseline, 0), 0.9, null, baseline: double.NaN).Passed);
        Assert.False(
            Decide(AtLeast("auc", GateReference.Champion, 0), 0.9, new(new(1), Metrics(("auc", double.NaN)))).Passed
        );
        Assert.False(Decide(AtLeast("auc", GateReference.Champion, 0), 0.9, new(new(1), Metrics(("rmse", 1)))).Passed);
    }

    [Theory]
    [InlineData(GateComparison.AtLeast, 0.5, true, "auc 0.5000 is at least 0.5000 (baseline)")]
    [InlineData(GateComparison.AtMost, 0.5, true, "auc 0.5000 is at most 0.5000 (baseline)")]
    [InlineData(GateComparison.Above, 0.5, false, "auc 0.5000 is not above 0.5000 (baseline)")]
    [InlineData(GateComparison.Below, 0.5, false, "auc 0.5000 is not below 0.5000 (baseline)")]
    [InlineData(GateComparison.AtLeast, 0.4, false, "auc 0.4000 is below 0.5000 (baseline)")]
    [InlineData(GateComparison.AtMost, 0.6, false, "auc 0.6000 is above 0.5000 (baseline)")]
    [InlineData(GateComparison.Above, 0.6, true, "auc 0.6000 is above 0.5000 (baseline)")]
    [InlineData(GateComparison.Below, 0.4, true, "auc 0.4000 is below 0.5000 (baseline)")]
    public void Each_comparison_says_what_it_found(
        GateComparison comparison,
        double value,
        bool passes,
        string explanation
    )
    {
        var gate = Decide(new("a gate", "auc", comparison, GateReference.Baseline, 0), value, null);

        Assert.Equal(passes, gate.Passed);
        Assert.Equal(explanation, gate.Explanation);
    }

    [Fact]
    public void A_difference_is_shown_however_small_it_is() =>
        Assert.Equal(
            "auc 0.71996 is below 0.72000",
            Decide(AtLeast("auc", GateReference.Constant, 0.72), 0.71996, null).Explanation
        );

    [Fact]
    public void One_failed_gate_denies_the_blessing_with_its_reason()
    {
        var gates = GatePolicy.Decide(
            [AtLeast("auc", GateReference.Constant, 0.5), AtLeast("auc", GateReference.Constant, 0.8)],
            Metrics(("auc", 0.7)),
            Metrics(),
            null
        );

        Assert.Equal((Blessing.Failed, "it failed 1 of 2 gates: auc 0.7000 is below 0.8000."), GatePolicy.Bless(gates));
    }

    [Fact]
    public void Without_gates_a_version_is_blessed_and_that_is_said() =>
        Assert.Equal((Blessing.Passed, "no gates are declared for it."), GatePolicy.Bless([]));

    private static GateDeclaration AtLeast(string metric, GateReference against, double offset) =>
        new("a gate", metric, GateComparison.AtLeast, against, offset);

    private static GateView Decide(
        GateDeclaration gate,
        double auc,
        ChampionMetrics? champion,
        double baseline = 0.5
    ) => GatePolicy.Decide([gate], Metrics(("auc", auc)), Metrics(("auc", baseline)), champion).Single();

    private static Dictionary<string, double> Metrics(params (string Key, double Value)[] metrics) =>
        metrics.ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal);
}
