using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Governance.Audit;
using Millrace.Serving.Routing;
using Millrace.Storage;

namespace Millrace.Serving.Rollouts;

/// <summary>Gives a challenger its next share. A rollout that is there already, or further, or over, stays as it is.</summary>
internal sealed class AdvanceRollout(MillraceDb db, RecordLook record, AuditTrail audit, RoutingTable routes)
{
    /// <param name="endpoint">Where it takes place.</param>
    /// <param name="number">Which rollout.</param>
    /// <param name="step">Which of its steps it is at from now on, from 0.</param>
    /// <param name="look">What was seen.</param>
    /// <param name="evidence">What the next look needs; null leaves what is there.</param>
    /// <param name="ct">Cancels it before it is written.</param>
    /// <returns>True where it moved.</returns>
    public async Task<bool> RunAsync(
        EndpointName endpoint,
        long number,
        int step,
        RolloutLook look,
        string? evidence,
        CancellationToken ct
    )
    {
        using var turn = await routes.TakeTurnAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var row =
            await db.Set<RolloutRow>()
                .AsNoTracking()
                .SingleOrDefaultAsync(r => r.Endpoint == endpoint && r.Number == number, ct)
            ?? throw RecordLook.Missing(endpoint, number);
        if (step < 0 || step >= row.Steps.Count)
        {
            throw Refusal.Invalid($"Rollout {number} at {endpoint} has steps 0 to {row.Steps.Count - 1}, not {step}.");
        }

        var state = evidence ?? row.Evidence;
        var moved = await db.Set<RolloutRow>()
            .Where(r => r.Number == number && r.State == RolloutState.Running && r.Step == row.Step && r.Step < step)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(r => r.Step, step)
                        .SetProperty(r => r.Looks, r => r.Looks + 1)
                        .SetProperty(r => r.Evidence, state),
                ct
            );
        if (moved == 0)
        {
            return false;
        }

        await record.AddAsync(number, look, decided: true, ct);
        audit.Add(
            "rollout advanced",
            AuditKinds.Endpoint,
            endpoint.Value,
            look.Verdict,
            [
                ("rollout", number.ToString(CultureInfo.InvariantCulture)),
                ("challenger", $"{row.Model} v{row.Version}"),
                ("before", row.Share.ToString(CultureInfo.InvariantCulture)),
                .. RecordLook.Describe(look, row.Steps[step]),
            ]
        );
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(CancellationToken.None);
        routes.SetShare(endpoint, number, row.Steps[step]);
        return true;
    }
}
