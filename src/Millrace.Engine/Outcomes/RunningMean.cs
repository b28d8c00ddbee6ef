namespace Millrace.Engine.Outcomes;

/// <summary>All that a running mean remembers.</summary>
public sealed record RunningMeanState
{
    public double? Last { get; init; }

    /// <summary>Decayed sum of the values, and of ones.</summary>
    public double Sum { get; init; }

    public double Weight { get; init; }
}

/// <summary>
/// The trivial regression: the mean of late. A model is held against it on the same outcomes, live and in backtests. Ask first,
/// then <see cref="Learn"/>. Not safe for several callers at once.
/// </summary>
public sealed class RunningMean(RunningMeanState? state = null)
{
    /// <summary>After so many outcomes one counts half.</summary>
    public const double HalfLife = 1000;

    private static readonly double Keep = Math.Pow(2, -1 / HalfLife);
    private double sum = state?.Sum ?? 0;
    private double weight = state?.Weight ?? 0;

    /// <summary>The mean of late; NaN before the first value.</summary>
    public double Value => sum / weight;

    /// <summary>The value that came last (persistence); NaN before the first.</summary>
    public double Last { get; private set; } = state?.Last ?? double.NaN;

    public RunningMeanState State =>
        new()
        {
            Last = double.IsNaN(Last) ? null : Last,
            Sum = sum,
            Weight = weight,
        };

    /// <param name="value">What was; ignored where it is not finite.</param>
    public void Learn(double value)
    {
        if (!double.IsFinite(value))
        {
            return;
        }

        Last = value;
        sum = (sum * Keep) + value;
        weight = (weight * Keep) + 1;
    }
}
