namespace Millrace.Engine.Outcomes;

/// <summary>All that running labels remember.</summary>
public sealed record RunningLabelsState
{
    public string? Last { get; init; }

    /// <summary>Decayed counts.</summary>
    public IReadOnlyDictionary<string, double> Weights { get; init; } =
        new Dictionary<string, double>(StringComparer.Ordinal);
}

/// <summary>
/// The trivial classifier: every class is as probable as it was of late. A model is held against it on the same outcomes, live
/// and in backtests; for streams also against persistence, <see cref="Last"/>. Ask first, then <see cref="Learn"/>. Not safe
/// for several callers at once.
/// </summary>
public sealed class RunningLabels
{
    /// <summary>So many classes, at most, are told apart.</summary>
    public const int MostClasses = 1000;

    /// <summary>After so many outcomes one counts half.</summary>
    public const double HalfLife = 1000;

    private static readonly double Keep = Math.Pow(2, -1 / HalfLife);
    private readonly Dictionary<string, double> weights;
    private double total;

    /// <param name="state">What an earlier look left; null to begin.</param>
    public RunningLabels(RunningLabelsState? state = null)
    {
        weights = state is null ? new(StringComparer.Ordinal) : new(state.Weights, StringComparer.Ordinal);
        Last = state?.Last;
        total = weights.Sum(w => w.Value);
    }

    /// <summary>The class that came last; null before the first.</summary>
    public string? Last { get; private set; }

    /// <summary>The most frequent class of late, the first by name of equals; null before the first.</summary>
    public string? MostProbable
    {
        get
        {
            string? best = null;
            var most = 0.0;
            foreach (var (label, weight) in weights)
            {
                if (best is null || weight > most || (weight == most && string.CompareOrdinal(label, best) < 0))
                {
                    (best, most) = (label, weight);
                }
            }

            return best;
        }
    }

    public RunningLabelsState State =>
        new() { Last = Last, Weights = new Dictionary<string, double>(weights, StringComparer.Ordinal) };

    /// <summary>
    /// The class's share of late, each class and one unknown having half an outcome more than it had (Krichevsky and Trofimov
    /// 1981): never 0 nor 1, so that a log loss stays finite.
    /// </summary>
    public double ProbabilityOf(string label) =>
        (weights.GetValueOrDefault(label) + 0.5) / (total + (0.5 * (weights.Count + 1)));

    public void Learn(string label)
    {
        Last = label;
        foreach (var known in weights.Keys)
        {
            weights[known] *= Keep;
        }

        if (weights.Count == MostClasses && !weights.ContainsKey(label))
        {
            weights.Remove(weights.MinBy(w => w.Value).Key);
        }

        weights[label] = weights.GetValueOrDefault(label) + 1;
        total = 0;
        foreach (var (_, weight) in weights)
        {
            total += weight;
        }
    }
}
