using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Monitoring.Alerts;

/// <summary>Alerts, newest first.</summary>
internal sealed class ListAlerts(MillraceDb db)
{
    public async Task<Page<AlertView>> RunAsync(int limit, int offset, CancellationToken ct)
    {
        var all = db.Set<AlertRow>().AsNoTracking();
        var rows = await all.OrderByDescending(a => a.Number)
            .Skip(Limits.Offset(offset))
            .Take(Limits.PageSize(limit))
            .ToListAsync(ct);
        return new([.. rows.Select(View)], await all.LongCountAsync(ct));
    }

    private static AlertView View(AlertRow row) =>
        new(
            row.Number,
            row.At,
            row.Severity,
            row.Kind,
            row.Subject,
            row.Message,
            row.Delivery switch
            {
                AlertDelivery.None => "none",
                AlertDelivery.Waiting => "waiting",
                AlertDelivery.Delivered => "delivered",
                _ => $"failed: {row.Trouble}",
            },
            row.SeenAt
        );
}
