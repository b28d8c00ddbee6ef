namespace Millrace.Engine.Evidence;

/// <summary>How harm is told from chance.</summary>
public sealed record HarmOptions
{
    /// <summary>The mean number of outcomes between two false alarms is at least this.</summary>
    public double RunLength { get; init; } = 1e6;

    /// <summary>
    /// How many outcomes it takes to know well what is normal. Evidence is gathered before that too, against a wider margin; what
    /// is normal gets sharper afterwards too.
    /// </summary>
    public int Reference { get; init; } = 500;

    /// <summary>A loss this much above normal, or less, is no harm. In units of the loss, between 0 and 1.</summary>
    public double Tolerance { get; init; } = 0.01;

    /// <summary>
    /// Where there is a trivial model to compare with: how much harder outcomes may get for everybody before a loss that rose no
    /// more than the trivial model's is harm. In units of the loss.
    /// </summary>
    public double Hardship { get; init; } = 0.05;

    /// <summary>
    /// The version's mean loss when it was tested, before it served, if that is measured as live losses are; null where it is not
    /// known. It guards against harm that begins with the first outcome.
    /// </summary>
    public double? Prior { get; init; }

    /// <summary>How many outcomes the prior is worth; infinite: it is the truth, and nothing is learned.</summary>
    public double PriorWeight { get; init; } = 100;
}

/// <summary>All that a detector remembers; kept beside the outcomes that it has seen.</summary>
public sealed record HarmState
{
    public long Outcomes { get; init; }

    /// <summary>The watch over the version's own loss.</summary>
    public MeanWatchState Loss { get; init; } = new();

    /// <summary>The watch over its loss less the trivial model's.</summary>
    public MeanWatchState Excess { get; init; } = new();
}

/// <summary>
/// Watches one version's losses for harm, and may be looked at after every one (Shin, Ramdas and Rinaldo 2022, "E-detectors: a
/// nonparametric framework for sequential change detection"). With a trivial model's loss on the same outcomes, three things are
/// harm: a loss that rose, by itself and against the trivial model's; one that rose more than the world may get harder for
/// everybody; and one that became greater than the trivial model's. So a hard day is none, nor is a trivial model that catches
/// up. The lesser of two e-detectors is one, and so is the mean of several. Not safe for several callers at once.
/// </summary>
public sealed class HarmDetector
{
    /// <summary>The margin of both watches that is the tolerance alone.</summary>
    private const int Rose = 0;

    /// <summary>The margin of the loss that allows for a world which gets harder for everybody.</summary>
    private const int RoseMore = 1;

    /// <summary>The margin of the excess for which a version as good as the trivial model is as good as it need be.</summary>
    private const int Worse = 1;

    private readonly HarmOptions options;
    private readonly MeanWatch loss;
    private readonly MeanWatch excess;

    public HarmDetector(HarmOptions options, HarmState? state = null)
    {
        this.options = options;
        var tolerance = options.Tolerance;
        loss = new(0, options, options.Prior, state?.Loss, new(tolerance), new(tolerance + options.Hardship));
        excess = new(
            -1,
            options,
            null,
            state?.Excess,
            new(tolerance),
            new(tolerance, Floor: 0, Ceiling: options.Hardship)
        );
        Outcomes = state?.Outcomes ?? 0;
    }

    public long Outcomes { get; private set; }

    /// <summary>Whether what is normal is not well known yet. Great harm is found even so.</summary>
    public bool IsLearning => Outcomes < options.Reference && !double.IsPositiveInfinity(KnownWeight) && !IsHarm;

    /// <summary>The mean loss that is normal; NaN before there is any outcome.</summary>
    public double Reference => loss.Reference;

    /// <summary>The e-detector's value: harm where it reaches <see cref="HarmOptions.RunLength"/>.</summary>
    public double Evidence =>
        excess.Count == 0
            ? loss.Evidence(Rose)
            : (Math.Min(loss.Evidence(Rose), excess.Evidence(Rose)) + loss.Evidence(RoseMore) + excess.Evidence(Worse))
                / 3;

    public bool IsHarm => Evidence >= options.RunLength;

    public HarmState State =>
        new()
        {
            Outcomes = Outcomes,
            Loss = loss.State,
            Excess = excess.State,
        };

    private double KnownWeight => options.Prior is null ? 0 : options.PriorWeight;

    /// <param name="loss">Of one outcome, between 0 (right) and 1 (wrong).</param>
    /// <param name="baseline">
    /// The loss of a trivial model that learns as it goes, on the same outcome; null where there is none. Let the trivial model
    /// learn from the training data first: one that is still getting better makes every other look worse and worse.
    /// </param>
    public void Add(double loss, double? baseline = null)
    {
        Outcomes++;
        this.loss.Add(loss);
        if (baseline is { } trivial)
        {
            excess.Add(loss - trivial);
        }
    }
}
