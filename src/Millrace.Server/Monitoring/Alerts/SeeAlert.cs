using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Governance.Audit;
using Millrace.Storage;

namespace Millrace.Monitoring.Alerts;

/// <summary>Notes that a person has seen an alert. The first time counts.</summary>
internal sealed class SeeAlert(MillraceDb db, AuditTrail audit, TimeProvider time)
{
    public async Task RunAsync(long number, CancellationToken ct)
    {
        var row =
            await db.Set<AlertRow>().SingleOrDefaultAsync(a => a.Number == number, ct)
            ?? throw Refusal.NotFound($"There is no alert {number}: see 'millrace alerts'.");
        if (row.SeenAt is not null)
        {
            return;
        }

        row.SeenAt = time.GetUtcNow();
        audit.Add(
            "seen",
            AuditKinds.Alert,
            $"{row.Subject} {row.Kind}",
            "",
            ("alert", $"{number}"),
            ("message", row.Message)
        );
        await db.SaveChangesAsync(ct);
    }
}
