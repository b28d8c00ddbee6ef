using System.Globalization;
using Millrace.Engine.Evidence;

namespace Millrace.Loop.Redeployment;

/// <summary>What a look at a rollout comes to.</summary>
internal abstract record RolloutDecision(string Why)
{
    /// <summary>Neither is proven: more outcomes.</summary>
    internal sealed record Wait(string Why) : RolloutDecision(Why);

    /// <summary>The challenger gets the next share.</summary>
    internal sealed record Advance(int Step, string Why) : RolloutDecision(Why);

    internal sealed record Promote(string Why) : RolloutDecision(Why);

    internal sealed record RollBack(string Why) : RolloutDecision(Why);
}

/// <summary>How a rollout is judged.</summary>
/// <param name="Steps">How many shares there are.</param>
/// <param name="Confidence">How sure a promotion or rollback must be.</param>
internal sealed record RolloutRules(int Steps, double Confidence)
{
    /// <summary>Outcomes of the challenger at one share, before it may get the next without proof.</summary>
    public long AStep { get; init; } = 50;

    /// <summary>Outcomes of the challenger after which, nothing speaking against it, it is promoted without proof.</summary>
    public long Most { get; init; } = 3000;
}

/// <summary>
/// Decides a rollout's next move from its e-processes, which may be looked at as often as one likes. Pure. Evidence that the
/// challenger is worse ends it at once, at whatever share; evidence that it is safe moves it on.
/// </summary>
internal static class RolloutPolicy
{
    /// <param name="rules">How it is judged.</param>
    /// <param name="step">Which share it is at, from 0.</param>
    /// <param name="atStep">Outcomes of the challenger since that share began.</param>
    /// <param name="test">The evidence so far.</param>
    public static RolloutDecision Decide(RolloutRules rules, int step, long atStep, ComparisonTest test)
    {
        var threshold = Threshold(rules.Confidence);
        var isLast = step >= rules.Steps - 1;
        if (test.WorseEvidence >= threshold)
        {
            return new RolloutDecision.RollBack($"It is worse: {Compare(test)}.");
        }

        if (test.SafeEvidence >= threshold)
        {
            return isLast
                ? new RolloutDecision.Promote($"It is no worse: {Compare(test)}.")
                : new RolloutDecision.Advance(step + 1, $"It is no worse so far: {Compare(test)}.");
        }

        // Half of the way to a rollback, on the scale of evidence, is no time to expose more people.
        var isSuspect = test.WorseEvidence >= Math.Sqrt(threshold);
        if (isLast && test.ChallengerOutcomes >= rules.Most && !isSuspect)
        {
            return new RolloutDecision.Promote(
                $"Nothing speaks against it after {Count(test.ChallengerOutcomes)} outcomes: {Compare(test)}."
            );
        }

        return !isLast && atStep >= rules.AStep && !isSuspect
            ? new RolloutDecision.Advance(step + 1, $"Nothing speaks against it: {Compare(test)}.")
            : new RolloutDecision.Wait(
                test.ChallengerOutcomes == 0
                    ? "No outcome of the challenger yet."
                    : $"{Count(test.ChallengerOutcomes)} outcomes of the challenger decide nothing yet."
            );
    }

    /// <summary>What an e-process must reach (Ville's inequality).</summary>
    public static double Threshold(double confidence) => 1 / (1 - confidence);

    private static string Compare(ComparisonTest test) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"mean loss {test.ChallengerLoss:0.0000} over {test.ChallengerOutcomes:N0} outcomes, the champion's {test.ChampionLoss:0.0000} over {test.ChampionOutcomes:N0}"
        );

    private static string Count(long n) => n.ToString("N0", CultureInfo.InvariantCulture);
}
