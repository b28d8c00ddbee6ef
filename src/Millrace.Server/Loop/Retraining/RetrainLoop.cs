using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Loop.Declared;
using Millrace.Loop.Reconciling;
using Millrace.Storage;

namespace Millrace.Loop.Retraining;

/// <summary>A person has a loop retrain now. Cooldown does not bind a person; one at a time does.</summary>
internal sealed class RetrainLoop(MillraceDb db, BeginRetraining begin, LoopSignal signal)
{
    public async Task RunAsync(LoopName loop, string reason, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await db.Set<LoopRow>().AnyAsync(l => l.Name == loop, ct))
        {
            throw Refusal.NotFound($"There is no loop {loop}: declare it with millrace apply loop.yaml.");
        }

        await begin.AddAsync(loop, TriggerKind.Person, reason.Length > 0 ? reason : "A person asked for it.", ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        signal.Raise();
    }
}
