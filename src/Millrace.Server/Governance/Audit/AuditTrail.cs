using Millrace.Governance.Access;
using Millrace.Storage;

namespace Millrace.Governance.Audit;

/// <summary>
/// Adds entries to the audit log within the caller's own unit of work: the entry is there exactly when the change is.
/// The caller saves.
/// </summary>
internal sealed class AuditTrail(MillraceDb db, Actor actor, TimeProvider time)
{
    public void Add(
        string action,
        string subjectKind,
        string subject,
        string reason,
        params ReadOnlySpan<(string Key, string Value)> details
    )
    {
        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in details)
        {
            map[key] = value;
        }

        db.Add(
            new AuditRow
            {
                At = time.GetUtcNow(),
                Actor = actor.Name,
                Action = action,
                SubjectKind = subjectKind,
                Subject = subject,
                Reason = reason,
                Details = map,
            }
        );
    }
}
