using System.Text.Json;
using Millrace.Api;
using Millrace.Core;
using Millrace.Governance.Access;
using Millrace.Storage;

namespace Millrace.Jobs;

/// <summary>
/// Puts work in line, within the caller's own unit of work: the job exists exactly when what asked for it does. The caller
/// saves, then <see cref="JobQueue.Wake"/>s the runner.
/// </summary>
internal sealed class StartJob(MillraceDb db, Actor actor, TimeProvider time)
{
    /// <param name="id">Known before, so that the spec can name the job's output folder.</param>
    /// <param name="kind">Which work: the name of a handler.</param>
    /// <param name="subject">What it works on, for people.</param>
    /// <param name="spec">What the child reads.</param>
    /// <param name="context">What the handler needs to commit.</param>
    public JobRow Add(JobId id, string kind, string subject, object spec, object context)
    {
        var row = new JobRow
        {
            Id = id,
            Kind = kind,
            Subject = subject,
            Spec = JsonSerializer.Serialize(spec, spec.GetType(), Json.Options),
            Context = JsonSerializer.Serialize(context, context.GetType(), Json.Options),
            State = JobState.Queued,
            Actor = actor.Name,
            CreatedAt = time.GetUtcNow(),
        };
        db.Add(row);
        return row;
    }
}
