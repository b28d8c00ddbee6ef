using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Governance.Audit;
using Millrace.Storage;

namespace Millrace.Jobs;

/// <summary>Stops a job, queued or running. One that is over stays as it is, and is named.</summary>
internal sealed class CancelJob(MillraceDb db, JobQueue queue, AuditTrail audit)
{
    public async Task RunAsync(JobId id, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var changed = await db.Set<JobRow>()
            .Where(j => j.Id == id && !j.CancelRequested && (j.State == JobState.Queued || j.State == JobState.Running))
            .ExecuteUpdateAsync(set => set.SetProperty(j => j.CancelRequested, true), ct);
        var job =
            await db.Set<JobRow>().AsNoTracking().SingleOrDefaultAsync(j => j.Id == id, ct)
            ?? throw Refusal.NotFound($"There is no job {id}.");
        if (changed > 0)
        {
            audit.Add($"cancelled {job.Kind}", AuditKinds.Job, job.Subject, "", ("job", id.Value));
            await db.SaveChangesAsync(ct);
        }
        else if (job.State is not (JobState.Queued or JobState.Running))
        {
            throw Refusal.Conflict($"The job to {job.Kind} {job.Subject} has ended already: {job.State.Word()}.");
        }

        await transaction.CommitAsync(ct);
        queue.Wake();
    }
}
