using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Governance.Audit;

/// <summary>The audit log, newest first.</summary>
internal sealed class ListAudit(MillraceDb db)
{
    public async Task<Page<AuditEntry>> RunAsync(
        string? kind,
        string? subject,
        int limit,
        int offset,
        CancellationToken ct
    )
    {
        var rows = db.Set<AuditRow>().AsNoTracking();
        if (!string.IsNullOrEmpty(kind))
        {
            if (!AuditKinds.All.Contains(kind, StringComparer.Ordinal))
            {
                throw Refusal.Invalid(
                    $"The audit log has no kind '{kind}'. It has: {string.Join(", ", AuditKinds.All)}."
                );
            }

            rows = rows.Where(r => r.SubjectKind == kind);
        }

        if (!string.IsNullOrEmpty(subject))
        {
            // A name finds its versions too: movie-night finds "movie-night v3".
            rows = rows.Where(r => r.Subject == subject || r.Subject.StartsWith(subject + " "));
        }

        var page = await rows.OrderByDescending(r => r.Number)
            .Skip(Limits.Offset(offset))
            .Take(Limits.PageSize(limit))
            .Select(r => new AuditEntry(
                r.Number,
                r.At,
                r.Actor,
                r.Action,
                r.SubjectKind,
                r.Subject,
                r.Reason,
                r.Details
            ))
            .ToListAsync(ct);
        return new(page, await rows.LongCountAsync(ct));
    }
}
