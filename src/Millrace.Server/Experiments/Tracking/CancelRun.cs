using Microsoft.EntityFrameworkCore;
using Millrace.Core;
using Millrace.Governance.Audit;
using Millrace.Jobs;
using Millrace.Storage;

namespace Millrace.Experiments.Tracking;

/// <summary>Stops a run, queued or running. One that is over stays as it is.</summary>
internal sealed class CancelRun(MillraceDb db, CancelJob cancel, AuditTrail audit)
{
    public async Task RunAsync(RunId id, CancellationToken ct)
    {
        var run =
            await db.Set<RunRow>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, ct)
            ?? throw Refusal.NotFound($"There is no run {id}.");
        // Saved together with the job's own change, and only where there is one.
        audit.Add("cancelled", "run", run.Name, "", ("run", id.Value));
        await cancel.RunAsync(run.Job, ct);
    }
}
