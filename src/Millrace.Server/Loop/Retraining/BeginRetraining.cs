using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Governance.Audit;
using Millrace.Storage;

namespace Millrace.Loop.Retraining;

/// <summary>Writes down that a loop retrains, and why, within the caller's unit of work: the caller saves and commits.</summary>
internal sealed class BeginRetraining(MillraceDb db, AuditTrail audit, TimeProvider time)
{
    /// <summary>The newest retraining of a loop; null where there is none.</summary>
    public Task<RetrainingRow?> NewestAsync(LoopName loop, CancellationToken ct) =>
        db.Set<RetrainingRow>().Where(r => r.Loop == loop).OrderByDescending(r => r.Number).FirstOrDefaultAsync(ct);

    /// <summary>When the last retraining that did not fail began; null where there is none.</summary>
    public async Task<DateTimeOffset?> LastDoneAsync(LoopName loop, CancellationToken ct) =>
        (
            await db.Set<RetrainingRow>()
                .AsNoTracking()
                .Where(r => r.Loop == loop && r.State != RetrainingState.Failed)
                .OrderByDescending(r => r.Number)
                .FirstOrDefaultAsync(ct)
        )?.StartedAt;

    /// <exception cref="RefusalException">One is under way.</exception>
    public async Task<RetrainingRow> AddAsync(LoopName loop, TriggerKind trigger, string reason, CancellationToken ct)
    {
        var newest = await NewestAsync(loop, ct);
        if (newest is { State: RetrainingState.Running })
        {
            throw Refusal.Conflict(
                $"Loop {loop} is retraining already (training {newest.Number.ToString(CultureInfo.InvariantCulture)}): wait for it, or see 'millrace status {loop}'."
            );
        }

        var row = new RetrainingRow
        {
            Loop = loop,
            Number = (newest?.Number ?? 0) + 1,
            Trigger = trigger,
            Reason = reason,
            StartedAt = time.GetUtcNow(),
            State = RetrainingState.Running,
        };
        db.Add(row);
        if (trigger != TriggerKind.Applied)
        {
            audit.Add(
                "triggered",
                AuditKinds.Loop,
                loop.Value,
                reason,
                ("trigger", trigger.Word()),
                ("retraining", row.Number.ToString(CultureInfo.InvariantCulture))
            );
        }

        return row;
    }
}
