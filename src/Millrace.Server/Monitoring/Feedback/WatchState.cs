using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Evidence;

namespace Millrace.Monitoring.Feedback;

/// <summary>The evidence about one version at one endpoint, as it is kept.</summary>
internal sealed record WatchState
{
    public HarmState? Detector { get; set; }

    /// <summary>
    /// What was normal for the version before it at the endpoint, as a loss; null for the first, and after harm. A version that is bad from its
    /// first outcome on must not pass for normal because it never was better.
    /// </summary>
    public double? Prior { get; init; }

    public long Outcomes { get; set; }

    public double Loss { get; set; }

    /// <summary>
    /// Sum of what losses were above normal, less the half of what is no harm, and its lowest point: the change is estimated to
    /// have come there (Page 1954, "Continuous inspection schemes").
    /// </summary>
    public double Above { get; set; }

    public double Lowest { get; set; }

    /// <summary>Where that lowest point was: the time, and outcomes and losses up to it.</summary>
    public DateTimeOffset? Since { get; set; }

    public long SinceOutcomes { get; set; }

    public double SinceLoss { get; set; }

    /// <summary>The newest outcome's time.</summary>
    public DateTimeOffset? At { get; set; }

    /// <summary>When the evidence passed its threshold; null where it did not, or has wholly gone since.</summary>
    public DateTimeOffset? HarmAt { get; set; }

    /// <summary>Whether people were told: once for each version.</summary>
    public bool Alerted { get; set; }

    public List<EvidencePoint> Series { get; init; } = [];

    /// <summary>Inputs whose shift was told already.</summary>
    public List<string> Shifted { get; init; } = [];

    /// <summary>Predictions since shifts were looked at.</summary>
    public long Unlooked { get; set; }
}

/// <summary>A version's evidence at work: outcomes go in one after the other, in the order of their joins.</summary>
internal sealed class WatchedVersion(VersionNumber version, HarmOptions options, WatchState state)
{
    private const int MostPoints = 160;

    private readonly HarmDetector detector = new(options with { Prior = state.Prior }, state.Detector);

    public WatchState State => state with { Detector = detector.State };

    public WatchState Kept => state;

    public HarmOptions Options => options;

    public double Threshold => Math.Log10(options.RunLength);

    public double Evidence => Math.Log10(Math.Max(detector.Evidence, 1e-9));

    public double? Reference => detector.Outcomes == 0 ? null : detector.Reference;

    /// <summary>
    /// What the version after it begins with as normal; null where nothing is known, and after harm: the world that it was normal in is
    /// gone, and every later version would be held against that for ever.
    /// </summary>
    public double? Bequest => state.HarmAt is null ? Reference : null;

    public HarmPhase Phase =>
        state.HarmAt is not null ? HarmPhase.Harm
        : detector.IsLearning ? HarmPhase.Learning
        : HarmPhase.Watching;

    public void Add(double loss, double? baseline, DateTimeOffset at)
    {
        var wasLearning = detector.IsLearning;
        detector.Add(loss, baseline);
        state.Outcomes++;
        state.Loss += loss;
        state.At = at;
        if (detector.IsLearning && state.Prior is null && state.HarmAt is null)
        {
            return;
        }

        state.Above =
            wasLearning && state.Prior is null ? 0 : state.Above + loss - detector.Reference - (options.Tolerance / 2);
        if (state.Since is null || state.Above <= state.Lowest)
        {
            state.Lowest = state.Above;
            state.Since = at;
            state.SinceOutcomes = state.Outcomes;
            state.SinceLoss = state.Loss;
        }

        if (detector.IsHarm)
        {
            state.HarmAt ??= at;
        }
        else if (detector.Evidence < 1)
        {
            // Wholly gone: what was harm is none any more. Between the two it stays what it was.
            state.HarmAt = null;
        }
    }

    /// <summary>Notes where the evidence stands, for the chart; of too many points every second one goes.</summary>
    public void Mark()
    {
        if (state.At is not { } at)
        {
            return;
        }

        if (state.Series.Count >= MostPoints)
        {
            var thinned = state.Series.Where((_, i) => i % 2 == 0).ToList();
            state.Series.Clear();
            state.Series.AddRange(thinned);
        }

        var series = state.Series;
        var point = new EvidencePoint(at, version, Math.Round(Evidence, 4), Threshold);
        // The last point moves until it is far enough from the one before.
        var apart = series.Count < 2 ? TimeSpan.Zero : (at - series[0].At) / MostPoints;
        if (series.Count >= 2 && at - series[^2].At < apart)
        {
            series[^1] = point;
        }
        else
        {
            series.Add(point);
        }
    }
}
