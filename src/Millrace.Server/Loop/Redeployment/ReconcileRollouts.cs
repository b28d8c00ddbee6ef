using System.Text.Json;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Evidence;
using Millrace.Governance.Access;
using Millrace.Loop.Declared;
using Millrace.Monitoring.Alerts;
using Millrace.Monitoring.Feedback;
using Millrace.Serving.Rollouts;
using Millrace.Storage;

namespace Millrace.Loop.Redeployment;

/// <summary>What a look leaves to the next, kept in the rollout's own row: one write with the verdict.</summary>
/// <param name="After">The last joined outcome that was looked at.</param>
/// <param name="Step">The share that <paramref name="AtStep"/> counts at.</param>
/// <param name="AtStep">Outcomes of the challenger since that share began.</param>
internal sealed record RolloutEvidence(long After, int Step, long AtStep, ComparisonState Test);

/// <summary>
/// Looks at every rollout that runs: feeds what was joined since the last look to the comparison of the two versions, and
/// does what the policy says. Killed at any point, the next look begins where the last one was written down.
/// </summary>
internal sealed partial class ReconcileRollouts(
    MillraceDb db,
    FindRollout rollouts,
    DeclaredEndpoints declared,
    ReadLosses losses,
    RecordLook record,
    AdvanceRollout advance,
    EndRollout end,
    RaiseAlert alerts,
    Actor actor,
    TimeProvider time,
    ILogger<ReconcileRollouts> logger
)
{
    private const int AtOnce = 5000;

    public async Task RunAsync(CancellationToken ct)
    {
        actor.Name = Actor.Itself;
        foreach (var rollout in await rollouts.RunningAsync(ct))
        {
            try
            {
                if (await declared.FindAsync(rollout.Endpoint, ct) is { Monitor: not null } loop)
                {
                    await LookAsync(rollout, loop, ct);
                }
            }
            catch (Exception ex) when (ex is not OperationCanceledException)
            {
                // The others are looked at all the same.
                db.ChangeTracker.Clear();
                LogNotJudged(ex, rollout.Number, rollout.Endpoint);
            }
        }
    }

    private async Task LookAsync(Rollout rollout, LoopDeclaration loop, CancellationToken ct)
    {
        var before = rollout.Evidence is { } text
            ? JsonSerializer.Deserialize<RolloutEvidence>(text, Json.Options)!
            : new(await losses.LastAsync(rollout.Endpoint, ct), 0, 0, new());
        var test = new ComparisonTest(loop.Deploy!.Rollout.Margin, before.Test);
        var after = before.After;
        var atStep = before.Step == rollout.Step ? before.AtStep : 0;
        foreach (var joined in await losses.RunAsync(rollout.Endpoint, before.After, AtOnce, ct))
        {
            after = joined.Sequence;
            // What comes late was said before there was a challenger, of other days: it would be one side's alone.
            if (joined.PredictedAt < rollout.StartedAt)
            {
                continue;
            }

            if (new ModelRef(joined.Model, joined.Version) == rollout.Challenger)
            {
                test.AddChallenger(joined.Loss);
                atStep++;
            }
            else if (new ModelRef(joined.Model, joined.Version) == rollout.Champion)
            {
                test.AddChampion(joined.Loss);
            }
        }

        if (after == before.After && rollout.Evidence is not null)
        {
            return;
        }

        var decision = RolloutPolicy.Decide(new(rollout.Steps.Count, rollout.Confidence), rollout.Step, atStep, test);
        await ActAsync(
            rollout,
            decision,
            Look(rollout, loop, test, decision.Why),
            new(after, rollout.Step, atStep, test.State),
            ct
        );
    }

    private async Task ActAsync(
        Rollout rollout,
        RolloutDecision decision,
        RolloutLook look,
        RolloutEvidence evidence,
        CancellationToken ct
    )
    {
        var (endpoint, number) = (rollout.Endpoint, rollout.Number);
        var state = JsonSerializer.Serialize(evidence, Json.Options);
        switch (decision)
        {
            case RolloutDecision.Advance next:
                await advance.RunAsync(endpoint, number, next.Step, look, state, ct);
                break;
            case RolloutDecision.Promote:
                try
                {
                    // Saved with the promotion, in its transaction.
                    Alert(AlertSeverity.Info, "promoted", rollout, $"serves all of {endpoint} now. {decision.Why}");
                    await end.PromoteAsync(endpoint, number, decision.Why, look, state, ct);
                }
                catch (RefusalException refused)
                {
                    // A package that cannot be loaded will not be better at the next look.
                    db.ChangeTracker.Clear();
                    await TakeBackAsync(rollout, $"It cannot be promoted: {refused.Message}", look, state, ct);
                }

                break;
            case RolloutDecision.RollBack:
                await TakeBackAsync(rollout, decision.Why, look, state, ct);
                break;
            default:
                await record.RunAsync(endpoint, number, look, state, ct);
                break;
        }
    }

    private Task<bool> TakeBackAsync(Rollout rollout, string why, RolloutLook look, string state, CancellationToken ct)
    {
        Alert(AlertSeverity.Warning, "rolled-back", rollout, $"was taken back from {rollout.Endpoint}. {why}");
        return end.RollBackAsync(rollout.Endpoint, rollout.Number, why, look with { Verdict = why }, state, ct);
    }

    private void Alert(AlertSeverity severity, string kind, Rollout rollout, string what) =>
        alerts.Add(
            severity,
            kind,
            rollout.Endpoint.Value,
            $"{rollout.Challenger.Model} v{rollout.Challenger.Version} {what}"
        );

    private RolloutLook Look(Rollout rollout, LoopDeclaration loop, ComparisonTest test, string verdict)
    {
        var metric = DeclaredEndpoints.MetricOf(loop);
        return new(
            time.GetUtcNow(),
            rollout.Share,
            test.ChampionOutcomes,
            test.ChallengerOutcomes,
            test.ChampionOutcomes > 0 ? metric.OfLoss(test.ChampionLoss) : null,
            test.ChallengerOutcomes > 0 ? metric.OfLoss(test.ChallengerLoss) : null,
            Log10(test.WorseEvidence),
            Log10(test.SafeEvidence),
            Log10(RolloutPolicy.Threshold(rollout.Confidence)),
            verdict,
            metric.Name
        );
    }

    [LoggerMessage(LogLevel.Error, "Rollout {Number} at {Endpoint} could not be looked at; it is tried again")]
    private partial void LogNotJudged(Exception exception, long number, EndpointName endpoint);

    /// <summary>Far below 1 nobody cares how far.</summary>
    private static double Log10(double evidence) => Math.Round(Math.Log10(Math.Clamp(evidence, 1e-6, 1e12)), 3);
}
