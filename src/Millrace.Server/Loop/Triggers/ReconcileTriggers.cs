using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Governance.Access;
using Millrace.Loop.Declared;
using Millrace.Loop.Retraining;
using Millrace.Monitoring.Feedback;
using Millrace.Storage;

namespace Millrace.Loop.Triggers;

/// <summary>Looks whether a loop must retrain, and writes the trigger down.</summary>
internal sealed class ReconcileTriggers(
    MillraceDb db,
    BeginRetraining begin,
    ReadHarm harm,
    Actor actor,
    TimeProvider time
)
{
    /// <returns>True where a retraining was begun.</returns>
    public async Task<bool> RunAsync(LoopName name, CancellationToken ct)
    {
        var newest = await begin.NewestAsync(name, ct);
        if (newest is not { State: not RetrainingState.Running })
        {
            return false;
        }

        var loop = await db.Set<LoopRow>().AsNoTracking().SingleAsync(l => l.Name == name, ct);
        var declared = LoopReader.Read(loop.Yaml);
        if (declared.Retrain is null)
        {
            return false;
        }

        var trigger = TriggerPolicy.Decide(
            declared.Retrain,
            new()
            {
                Now = time.GetUtcNow(),
                LastStartedAt = newest.StartedAt,
                LastDoneAt = await begin.LastDoneAsync(name, ct) ?? newest.StartedAt,
                Failures = loop.Failures,
                Harm = await HarmAsync(declared, ct),
            }
        );
        if (trigger is null)
        {
            return false;
        }

        actor.Name = Actor.Itself;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await begin.AddAsync(name, trigger.Kind, trigger.Reason, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    private async Task<string?> HarmAsync(LoopDeclaration declared, CancellationToken ct) =>
        declared is { Retrain.OnHarm: true, Deploy: { } deploy }
        && await harm.RunAsync(deploy.Endpoint, ct) is { Phase: HarmPhase.Harm } verdict
            ? verdict.Sentence
            : null;
}
