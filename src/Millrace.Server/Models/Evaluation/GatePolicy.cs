using System.Globalization;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Training;

namespace Millrace.Models.Evaluation;

/// <summary>The champion, as it did on the candidate's own test rows.</summary>
internal sealed record ChampionMetrics(VersionNumber Number, IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>Where the champion has learned from some of the test rows: candidate and champion on the others only.</summary>
    public UnseenRows? Unseen { get; init; }

    /// <summary>Whether it was measured as it was before it learned from its own test rows, and not as it serves.</summary>
    public bool IsAsTested { get; init; }

    public string Name => $"champion v{Number}{(IsAsTested ? " as it was tested" : "")}";

    /// <summary>
    /// From what an evaluation measured: of the champion that serves, or, where that has learned from nearly all of the test rows, of
    /// what its own test was made with.
    /// </summary>
    public static ChampionMetrics Of(VersionNumber number, EvaluationReport report)
    {
        var served = Of(number, report, StartGates.Champion);
        return
            served.Unseen is { Rows: < EvaluateModels.FewestUnseen }
            && report.Metrics.ContainsKey(StartGates.ChampionAsTested)
            ? Of(number, report, StartGates.ChampionAsTested) with
            {
                IsAsTested = true,
            }
            : served;
    }

    private static ChampionMetrics Of(VersionNumber number, EvaluationReport report, string package) =>
        new(number, report.Metrics[package])
        {
            Unseen =
                report.Unseen.GetValueOrDefault(package) is not { } unseen ? null
                : unseen.Metrics.TryGetValue(package, out var metrics)
                    ? unseen with
                    {
                        Metrics = new Dictionary<string, IReadOnlyDictionary<string, double>>(
                            unseen.Metrics,
                            StringComparer.Ordinal
                        )
                        {
                            [StartGates.Champion] = metrics,
                        },
                    }
                : unseen,
        };
}

/// <summary>Decides gates. Whatever cannot be compared fails, but for a champion that there is not yet.</summary>
internal static class GatePolicy
{
    /// <summary>As many as in the tables of metrics.</summary>
    private const int UsualDigits = 4;

    public static IReadOnlyList<GateView> Decide(
        IReadOnlyList<GateDeclaration> gates,
        IReadOnlyDictionary<string, double> candidate,
        IReadOnlyDictionary<string, double> baseline,
        ChampionMetrics? champion
    ) => [.. gates.Select(gate => Decide(gate, candidate, baseline, champion))];

    /// <summary>The blessing that gates come to, with what it rests on.</summary>
    public static (Blessing Blessing, string Note) Bless(IReadOnlyList<GateView> gates)
    {
        var failed = gates.Where(g => g.Passed != true).ToList();
        return (gates.Count, failed.Count) switch
        {
            (0, _) => (Blessing.Passed, "no gates are declared for it."),
            (1, 0) => (Blessing.Passed, "it passed its one gate."),
            (_, 0) => (Blessing.Passed, $"it passed all {gates.Count} gates."),
            _ => (
                Blessing.Failed,
                $"it failed {failed.Count} of {gates.Count} {(gates.Count == 1 ? "gate" : "gates")}: "
                    + $"{string.Join("; ", failed.Select(g => g.Explanation))}."
            ),
        };
    }

    private static GateView Decide(
        GateDeclaration gate,
        IReadOnlyDictionary<string, double> candidate,
        IReadOnlyDictionary<string, double> baseline,
        ChampionMetrics? champion
    )
    {
        if (!candidate.TryGetValue(gate.Metric, out var value))
        {
            var known = string.Join(", ", candidate.Keys.Order(StringComparer.Ordinal));
            return Failed(gate, null, null, $"there is no metric '{gate.Metric}': this model has {known}");
        }

        if (double.IsNaN(value))
        {
            return Failed(gate, value, null, $"{gate.Metric} is not a number on these test rows");
        }

        if (gate.Against == GateReference.Champion && champion is null)
        {
            return new(
                gate.Text,
                true,
                value,
                null,
                $"{gate.Metric} {Show(value, UsualDigits)}; there is no other champion to compare with"
            );
        }

        if (gate.Against == GateReference.Champion && champion!.Unseen is { } unseen)
        {
            if (unseen.Rows < EvaluateModels.FewestUnseen)
            {
                return new(
                    gate.Text,
                    true,
                    value,
                    null,
                    $"{gate.Metric} {Show(value, UsualDigits)}; {champion.Name} has learned from all but {unseen.Rows} of the test rows: not comparable yet"
                );
            }

            value = unseen.Metrics[StartGates.Candidate].GetValueOrDefault(gate.Metric, double.NaN);
            champion = champion with { Metrics = unseen.Metrics[StartGates.Champion], Unseen = null };
            if (double.IsNaN(value))
            {
                return Failed(
                    gate,
                    value,
                    null,
                    $"{gate.Metric} is not a number on the {unseen.Rows} test rows that the champion has not learned from"
                );
            }
        }

        var (reference, name) = gate.Against switch
        {
            GateReference.Constant => (0, ""),
            GateReference.Baseline => (baseline.GetValueOrDefault(gate.Metric, double.NaN), "baseline"),
            GateReference.Champion => (champion!.Metrics.GetValueOrDefault(gate.Metric, double.NaN), champion.Name),
            _ => throw new ArgumentOutOfRangeException(nameof(gate), gate.Against, "No such reference."),
        };
        var bound = reference + gate.Offset;
        return double.IsNaN(bound)
            ? Failed(gate, value, null, $"{gate.Metric} of the {name} is not a number on these test rows")
            : Compare(gate, value, bound, name, reference);
    }

    private static GateView Compare(GateDeclaration gate, double value, double bound, string name, double reference)
    {
        var (passed, relation) = gate.Comparison switch
        {
            GateComparison.AtLeast when value >= bound => (true, "is at least"),
            GateComparison.AtLeast => (false, "is below"),
            GateComparison.AtMost when value <= bound => (true, "is at most"),
            GateComparison.AtMost => (false, "is above"),
            GateComparison.Above when value > bound => (true, "is above"),
            GateComparison.Above => (false, "is not above"),
            GateComparison.Below when value < bound => (true, "is below"),
            GateComparison.Below => (false, "is not below"),
            _ => throw new ArgumentOutOfRangeException(nameof(gate), gate.Comparison, "No such comparison."),
        };
        var digits = Digits(value, bound);
        var explanation = $"{gate.Metric} {Show(value, digits)} {relation} {Show(bound, digits)}";
        if (name.Length > 0)
        {
            explanation += gate.Offset switch
            {
                0 => $" ({name})",
                < 0 => $" ({name} {Show(reference, digits)} - {Plain(-gate.Offset)})",
                _ => $" ({name} {Show(reference, digits)} + {Plain(gate.Offset)})",
            };
        }

        return new(gate.Text, passed, value, bound, explanation);
    }

    private static GateView Failed(GateDeclaration gate, double? value, double? bound, string explanation) =>
        new(gate.Text, false, value, bound, explanation);

    /// <summary>As few digits as show the difference: 0.71996 against 0.72004 must not read 0.7200 is below 0.7200.</summary>
    private static int Digits(double value, double bound)
    {
        var digits = UsualDigits;
        while (
            digits < 15
            && !value.Equals(bound)
            && string.Equals(Show(value, digits), Show(bound, digits), StringComparison.Ordinal)
        )
        {
            digits++;
        }

        return digits;
    }

    private static string Show(double x, int digits) =>
        x.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static string Plain(double x) => x.ToString("0.###############", CultureInfo.InvariantCulture);
}
