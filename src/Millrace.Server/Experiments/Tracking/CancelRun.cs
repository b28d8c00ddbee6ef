using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Governance.Audit;
using Millrace.Jobs;
using Millrace.Storage;

namespace Millrace.Experiments.Tracking;

/// <summary>Stops a run, queued or running. One that is over stays as it is, and is named.</summary>
internal sealed class CancelRun(MillraceDb db, CancelJob cancel, AuditTrail audit)
{
    public async Task RunAsync(RunId id, CancellationToken ct)
    {
        var run =
            await db.Set<RunRow>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, ct)
            ?? throw Refusal.NotFound($"There is no run {id}.");
        if (run.State is not (RunState.Queued or RunState.Running))
        {
            throw Refusal.Conflict($"Run {id} has ended already: {run.State.Word()}.");
        }

        // Saved together with the job's own change, and only where there is one.
        audit.Add("cancelled", AuditKinds.Run, run.Name, "", ("run", id.Value));
        await cancel.RunAsync(run.Job, ct);
    }
}
