using System.Globalization;
using Millrace.Api;
using Millrace.Engine.Declarations;

namespace Millrace.Loop.Triggers;

/// <summary>All that a trigger depends on.</summary>
internal sealed record TriggerObservation
{
    public required DateTimeOffset Now { get; init; }

    /// <summary>When the last retraining began, applying the loop included.</summary>
    public required DateTimeOffset LastStartedAt { get; init; }

    /// <summary>When the last that did not fail began: the schedule counts from there, so that a failure is no fulfilment of it.</summary>
    public required DateTimeOffset LastDoneAt { get; init; }

    /// <summary>How many in a row failed; each doubles the cooldown.</summary>
    public int Failures { get; init; }

    /// <summary>Whether one is under way: there is never a second.</summary>
    public bool IsRunning { get; init; }

    /// <summary>The evidence of harm as a person reads it; null where there is none, or not enough.</summary>
    public string? Harm { get; init; }
}

/// <summary>A decision to retrain.</summary>
internal sealed record Trigger(TriggerKind Kind, string Reason);

/// <summary>Decides whether a loop retrains now. Pure; a backtest asks the same.</summary>
internal static class TriggerPolicy
{
    /// <summary>After so many failures in a row the wait grows no more.</summary>
    private const int MostDoublings = 5;

    public static Trigger? Decide(RetrainDeclaration? declared, TriggerObservation seen)
    {
        if (declared is null || seen.IsRunning)
        {
            return null;
        }

        var age = seen.Now - seen.LastStartedAt;
        if (age < Wait(declared.Cooldown, seen.Failures))
        {
            return null;
        }

        return declared.OnHarm && seen.Harm is { } harm ? new(TriggerKind.Harm, harm)
            : seen.Now - seen.LastDoneAt >= declared.Every
                ? new(
                    TriggerKind.Schedule,
                    $"Every {Show(declared.Every.Value)}{(seen.Failures > 0 ? ", and the last one failed" : "")}."
                )
            : null;
    }

    /// <summary>The shortest time between the starts of two retrainings.</summary>
    public static TimeSpan Wait(TimeSpan cooldown, int failures) =>
        cooldown * Math.Pow(2, Math.Clamp(failures, 0, MostDoublings));

    private static string Show(TimeSpan time) =>
        time.TotalDays >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0.##} days")
        : time.TotalHours >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.##} hours")
        : time.TotalMinutes >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.##} minutes")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.##} seconds");
}
