using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Governance.Audit;
using Millrace.Loop.Declared;
using Millrace.Loop.Reconciling;
using Millrace.Monitoring.Alerts;
using Millrace.Storage;

namespace Millrace.Loop.Retraining;

/// <summary>Writes down what came of a retraining. Whatever came of it, what served before serves on unless it was replaced.</summary>
internal sealed class EndRetraining(MillraceDb db, AuditTrail audit, RaiseAlert alerts, TimeProvider time)
{
    /// <param name="row">Tracked; the caller has not changed anything else that may not be saved.</param>
    /// <param name="state">How it ended.</param>
    /// <param name="result">What came of it, for a person.</param>
    /// <param name="failedAt">The stage at which it failed; null where it did not.</param>
    /// <param name="ct">Stops before anything is written.</param>
    public async Task RunAsync(
        RetrainingRow row,
        RetrainingState state,
        string result,
        string? failedAt,
        CancellationToken ct
    )
    {
        var loop = await db.Set<LoopRow>().SingleAsync(l => l.Name == row.Loop, ct);
        row.State = state;
        row.Result = result;
        row.FailedAt = failedAt;
        row.EndedAt = time.GetUtcNow();
        if (state == RetrainingState.Failed)
        {
            // What failed its gates was made as it should be: from the same rows it would become the same version again.
            loop.Attempt += failedAt is Stage.Gates ? 0 : 1;
            loop.Failures++;
            // Who applies a loop looks on; what starts by itself must say that it failed.
            if (row.Trigger != TriggerKind.Applied)
            {
                alerts.Add(
                    AlertSeverity.Critical,
                    "retraining-failed",
                    row.Loop.Value,
                    $"Training {row.Number.ToString(CultureInfo.InvariantCulture)} of {row.Loop} failed, and what served before serves on. {result}"
                );
            }
        }
        else
        {
            loop.Failures = 0;
        }

        audit.Add(
            state switch
            {
                RetrainingState.Failed => "stopped",
                RetrainingState.Kept => "kept",
                _ => "completed",
            },
            AuditKinds.Loop,
            row.Loop.Value,
            result,
            ("retraining", row.Number.ToString(CultureInfo.InvariantCulture)),
            ("stage", failedAt ?? "")
        );
        await db.SaveChangesAsync(ct);
    }
}
