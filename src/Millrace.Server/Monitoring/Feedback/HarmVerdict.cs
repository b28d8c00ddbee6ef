using System.Globalization;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Outcomes;

namespace Millrace.Monitoring.Feedback;

/// <summary>What the evidence says of the version that serves.</summary>
internal sealed record HarmVerdict
{
    public required EndpointName Endpoint { get; init; }

    public required ModelName Model { get; init; }

    public required VersionNumber Version { get; init; }

    public required HarmPhase Phase { get; init; }

    /// <summary>log10, as <see cref="Threshold"/>.</summary>
    public required double Evidence { get; init; }

    public required double Threshold { get; init; }

    /// <summary>What is normal, in the units of the live metric; null before there is any outcome.</summary>
    public required double? Reference { get; init; }

    /// <summary>The live metric since the change, where there is one to be seen.</summary>
    public required double? Current { get; init; }

    /// <summary>Joined outcomes of the version.</summary>
    public required long Outcomes { get; init; }

    /// <summary>Joined outcomes since the change.</summary>
    public required long SinceOutcomes { get; init; }

    /// <summary>When the change is estimated to have come; null while there is none to be seen.</summary>
    public required DateTimeOffset? Since { get; init; }

    public required string Metric { get; init; }

    public required bool HigherIsBetter { get; init; }

    /// <summary>The evidence in a sentence for people.</summary>
    public string Sentence =>
        Phase switch
        {
            _ when Reference is null || Current is null => $"Nothing is joined yet for {Model} v{Version}.",
            HarmPhase.Learning => string.Create(
                CultureInfo.InvariantCulture,
                $"{Metric} is {Show(Reference)} over the first {Outcomes:N0} outcomes of {Model} v{Version}: too few yet to say what is normal."
            ),
            HarmPhase.Harm when SinceOutcomes == Outcomes => string.Create(
                CultureInfo.InvariantCulture,
                $"{Metric} is {Show(Current)} over the {Outcomes:N0} outcomes of {Model} v{Version}, {Show(Reference)} was normal (evidence 10^{Evidence:0.0} of 10^{Threshold:0.#})."
            ),
            HarmPhase.Harm => string.Create(
                CultureInfo.InvariantCulture,
                $"{Metric} {(HigherIsBetter ? "fell" : "rose")} from {Show(Reference)} to {Show(Current)} over {SinceOutcomes:N0} outcomes since {Since:d MMM HH:mm} (evidence 10^{Evidence:0.0} of 10^{Threshold:0.#})."
            ),
            _ => string.Create(
                CultureInfo.InvariantCulture,
                $"{Metric} is {Show(Current)}, {Show(Reference)} is normal; {Outcomes:N0} outcomes show no harm (evidence 10^{Math.Max(0, Evidence):0.0} of 10^{Threshold:0.#})."
            ),
        };

    public static HarmVerdict Of(ServedAt served, LiveMetric metric, WatchedVersion watched)
    {
        var state = watched.Kept;
        // Before a change the mean over all is what is told; after it only what came since counts. Harm that is found while a
        // version is still learned has no beginning yet.
        var isHarm = watched.Phase == HarmPhase.Harm;
        var isSince = isHarm && state.SinceOutcomes < state.Outcomes;
        var outcomes = isSince ? state.Outcomes - state.SinceOutcomes : state.Outcomes;
        var loss = isSince ? state.Loss - state.SinceLoss : state.Loss;
        return new()
        {
            Endpoint = served.Endpoint,
            Model = served.Model,
            Version = served.Version,
            Phase = watched.Phase,
            Evidence = watched.Evidence,
            Threshold = watched.Threshold,
            Reference = watched.Reference is { } reference ? metric.OfLoss(reference) : null,
            Current = outcomes > 0 ? metric.OfLoss(loss / outcomes) : null,
            Outcomes = state.Outcomes,
            SinceOutcomes = outcomes,
            Since = isHarm ? state.Since : null,
            Metric = metric.Name,
            HigherIsBetter = metric.HigherIsBetter,
        };
    }

    private static string Show(double? x) => x?.ToString("0.000", CultureInfo.InvariantCulture) ?? "–";
}
