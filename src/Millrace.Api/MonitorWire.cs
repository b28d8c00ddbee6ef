using Millrace.Core;

namespace Millrace.Api;

/// <summary>Whether a served version does harm, as the evidence stands.</summary>
public enum HarmPhase
{
    /// <summary>Too few outcomes yet to know what is normal.</summary>
    Learning,
    Watching,

    /// <summary>The evidence passed its threshold.</summary>
    Harm,
}

/// <summary>A monitor in a list.</summary>
/// <param name="Value">The live metric over all outcomes of the version, or since the change where there is one; null before the first.</param>
public sealed record MonitorSummary(
    EndpointName Endpoint,
    LoopName? Loop,
    VersionNumber Version,
    string Metric,
    double? Value,
    HarmPhase Phase,
    OutcomeCounts Outcomes,
    DateTimeOffset? At
);

/// <summary>All that is watched of one endpoint.</summary>
public sealed record MonitorView
{
    public required EndpointName Endpoint { get; init; }

    public LoopName? Loop { get; init; }

    public required ModelName Model { get; init; }

    public required VersionNumber Version { get; init; }

    /// <summary>When the version that serves was deployed.</summary>
    public required DateTimeOffset DeployedAt { get; init; }

    /// <summary>The live metric; a mean over outcomes.</summary>
    public required string Metric { get; init; }

    public required bool HigherIsBetter { get; init; }

    /// <summary>Oldest first; one for each window and version.</summary>
    public required IReadOnlyList<MetricWindow> Windows { get; init; }

    public required HarmView Harm { get; init; }

    /// <summary>Every input beside its training reference, most shifted first.</summary>
    public required IReadOnlyList<ShiftView> Inputs { get; init; }

    /// <summary>The scores or items given, beside those of the model's test; null of a version from before they were kept.</summary>
    public ShiftView? Output { get; init; }

    /// <summary>Rules of the contract that inputs broke at serving time.</summary>
    public required IReadOnlyList<BrokenRuleView> Broken { get; init; }

    public required OutcomeCounts Outcomes { get; init; }

    public required EndpointStatistics Statistics { get; init; }

    /// <summary>Predictions an hour, oldest first.</summary>
    public required IReadOnlyList<VolumePoint> Volume { get; init; }
}

/// <summary>The live metric over one window of time.</summary>
/// <param name="Outcomes">How many joined outcomes it rests on.</param>
/// <param name="Low">With <paramref name="High"/>: a 95 % confidence sequence, valid however often it is looked at.</param>
/// <param name="Baseline">The trivial model's metric on the same outcomes.</param>
public sealed record MetricWindow(
    DateTimeOffset From,
    DateTimeOffset To,
    VersionNumber Version,
    long Outcomes,
    double Value,
    double Low,
    double High,
    double? Baseline
);

/// <summary>The evidence that the served version does harm.</summary>
/// <param name="Reference">What is normal for this version: the mean of the metric that it is held against.</param>
/// <param name="Evidence">log10 of the e-detector.</param>
/// <param name="Threshold">log10 of what it must pass: the mean number of outcomes between false alarms.</param>
/// <param name="Outcomes">Since the version serves.</param>
public sealed record HarmView(
    HarmPhase Phase,
    double? Reference,
    double Evidence,
    double Threshold,
    long Outcomes,
    DateTimeOffset? Since,
    IReadOnlyList<EvidencePoint> Series
);

/// <summary>The evidence at a moment, log10.</summary>
public sealed record EvidencePoint(DateTimeOffset At, VersionNumber Version, double Evidence, double Threshold);

public enum ShiftLevel
{
    /// <summary>PSI below 0.1.</summary>
    None,

    /// <summary>0.1 to 0.25.</summary>
    Some,

    /// <summary>Above 0.25.</summary>
    Large,
}

/// <summary>A distribution beside its reference. A shift is reported; it triggers nothing.</summary>
/// <param name="Psi">Population stability index; null where there are too few values.</param>
/// <param name="Bins">The same bins for both, in order.</param>
public sealed record ShiftView(string Column, double? Psi, ShiftLevel Level, long Live, IReadOnlyList<ShiftBin> Bins);

/// <param name="Label">"20 – 30", a category, or "missing".</param>
/// <param name="Reference">Share among the training rows.</param>
/// <param name="Share">Share among live predictions.</param>
public sealed record ShiftBin(string Label, double Reference, double Share);

public sealed record VolumePoint(DateTimeOffset At, long Predictions);

public enum AlertSeverity
{
    Info,
    Warning,
    Critical,
}

/// <summary>What Millrace says to people.</summary>
/// <param name="Kind">harm, shift, retraining-failed, rolled-back, promoted, replica-died.</param>
/// <param name="Subject">What it is about: an endpoint or a loop.</param>
/// <param name="Delivery">Of the webhook: none, waiting, delivered, or failed with the reason.</param>
/// <param name="SeenAt">When a person said that they had seen it.</param>
public sealed record AlertView(
    long Number,
    DateTimeOffset At,
    AlertSeverity Severity,
    string Kind,
    string Subject,
    string Message,
    string Delivery,
    DateTimeOffset? SeenAt
);
