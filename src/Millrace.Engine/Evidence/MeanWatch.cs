namespace Millrace.Engine.Evidence;

/// <summary>All that the watch over one mean remembers.</summary>
public sealed record MeanWatchState
{
    public long Count { get; init; }

    public double Sum { get; init; }

    public double Squares { get; init; }

    /// <summary>The mean where the bound was lowest: what is normal.</summary>
    public double? Reference { get; init; }

    /// <summary>The lowest upper confidence bound yet of what is normal.</summary>
    public double? Bound { get; init; }

    /// <summary>By margin, the detector of each bet, from the smallest bet on.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Bets { get; init; } = [];
}

/// <summary>What is no rise.</summary>
/// <param name="Tolerance">A mean that is above normal by this much, or less.</param>
/// <param name="Floor">What is normal at least, whatever was learned.</param>
/// <param name="Ceiling">What is normal at most, whatever was learned: of a mean that is above from the first value on, too.</param>
internal readonly record struct Margin(
    double Tolerance,
    double Floor = double.NegativeInfinity,
    double Ceiling = double.PositiveInfinity
)
{
    /// <param name="bound">The lowest upper confidence bound yet.</param>
    /// <param name="reference">The mean where that was; NaN before there is any value.</param>
    public double Normal(double bound, double reference) =>
        Math.Min(Math.Max(bound, Math.Max(reference, Floor) + Tolerance), Ceiling + Tolerance);
}

/// <summary>
/// Shiryaev–Roberts e-detectors of a rise of one mean above what was normal, where normal is learned from the same values. Each
/// value is held against the lowest upper confidence bound of the mean so far, so the reference has no last outcome: it is wide
/// at first, when only a large rise can be told from chance, and narrows as long as nothing happens. A rise moves the bound
/// up, and the lowest stays where it was. While the bound is above the true mean (the sequence of bounds is time-uniform), each
/// detector is one of Shin, Ramdas and Rinaldo 2022: its mean run length to a false alarm is at least its threshold.
/// </summary>
internal sealed class MeanWatch
{
    /// <summary>Bets as shares of the largest that cannot lose all: geometric, so that some bet is near the best for any rise.</summary>
    private static readonly double[] Grid = [0.01, 0.025, 0.055, 0.11, 0.22, 0.5];

    /// <summary>What each bet is given of the first unit: most to those that find rises of 5 to 20 points.</summary>
    private static readonly double[] Weights = [0.04, 0.11, 0.25, 0.25, 0.25, 0.1];

    /// <summary>
    /// The chance that the bounds ever fall below the true mean. It is no rarer because a bound that is a little too low costs
    /// little (the study in bench/ counts it), and every margin costs delay.
    /// </summary>
    private const double MarginAlpha = 0.2;

    /// <summary>Never past what keeps the detector from infinity: harm is harm.</summary>
    private const double Most = 1e200;

    private readonly double low;
    private readonly Margin[] margins;
    private readonly double prior;
    private readonly double priorWeight;
    private readonly double tightest;
    private readonly double[][] bets;
    private double sum;
    private double squares;
    private double reference;
    private double bound;

    /// <param name="low">The least that a value can be; the most is 1.</param>
    /// <param name="options">How soon normal is known.</param>
    /// <param name="prior">What is normal before the first value; null where that is not known.</param>
    /// <param name="state">What an earlier look left; null to begin.</param>
    /// <param name="margins">One for each detector.</param>
    public MeanWatch(double low, HarmOptions options, double? prior, MeanWatchState? state, params Margin[] margins)
    {
        this.low = low;
        this.margins = margins;
        this.prior = prior ?? 0;
        priorWeight = prior is null ? 0 : options.PriorWeight;
        tightest = Math.Max(1, options.Reference);
        bets = [.. margins.Select((_, i) => state?.Bets.ElementAtOrDefault(i)?.ToArray() ?? new double[Grid.Length])];
        Count = state?.Count ?? 0;
        sum = state?.Sum ?? 0;
        squares = state?.Squares ?? 0;
        bound = state?.Bound ?? double.PositiveInfinity;
        reference = state?.Reference ?? double.NaN;
        if (state?.Bound is null && priorWeight > 0)
        {
            Narrow();
        }
    }

    public long Count { get; private set; }

    /// <summary>What is normal; NaN while nothing is known.</summary>
    public double Reference => reference;

    /// <param name="margin">Which of the margins, from 0.</param>
    public double Evidence(int margin)
    {
        var evidence = 0.0;
        for (var i = 0; i < Grid.Length; i++)
        {
            evidence += Weights[i] * bets[margin][i];
        }

        return evidence;
    }

    public MeanWatchState State =>
        new()
        {
            Count = Count,
            Sum = sum,
            Squares = squares,
            Reference = double.IsNaN(reference) ? null : reference,
            Bound = double.IsFinite(bound) ? bound : null,
            Bets = [.. bets.Select(IReadOnlyList<double> (b) => [.. b])],
        };

    /// <param name="value">Between the least and 1; anything else counts as the nearer end, what is no number as the worst.</param>
    public void Add(double value)
    {
        value = double.IsNaN(value) ? 1 : Math.Clamp(value, low, 1);
        for (var i = 0; i < margins.Length; i++)
        {
            Bet(value, margins[i].Normal(bound, reference), bets[i]);
        }

        Count++;
        sum += value;
        squares += value * value;
        if (double.IsFinite(priorWeight))
        {
            Narrow();
        }
    }

    private void Bet(double value, double normal, double[] on)
    {
        if (!(normal < 1))
        {
            return;
        }

        // Distance above the least value; the bets must not lose more than all.
        normal = Math.Max(normal - low, (1 - low) * 1e-3);
        var change = (value - low - normal) / normal;
        for (var i = 0; i < on.Length; i++)
        {
            on[i] = Math.Min((on[i] + 1) * (1 + (Grid[i] * change)), Most);
        }
    }

    private void Narrow()
    {
        if (double.IsPositiveInfinity(priorWeight))
        {
            (reference, bound) = (prior, prior);
            return;
        }

        // One value more at either end: a run without any loss says little.
        var n = Count + priorWeight + 2;
        var span = 1 - low;
        var mean = (sum + (prior * priorWeight) + low + 1) / n;
        var second = (squares + (low * low) + 1 + (priorWeight * prior)) / n;
        var spread = Math.Max(0, second - (mean * mean)) / (span * span);
        // Wilson's score interval: the spread is that at the bound, not that at the mean, which a lucky run makes small.
        var share = (mean - low) / span;
        var width = MeanInterval.OneSided(n, MarginAlpha, tightest);
        var z2 = width * width * spread / (share * (1 - share));
        var upper = low + (span * (share + (z2 / 2) + Math.Sqrt(z2 * ((share * (1 - share)) + (z2 / 4)))) / (1 + z2));
        if (upper < bound)
        {
            bound = upper;
            reference = (sum + (prior * priorWeight)) / (Count + priorWeight);
        }
    }
}
