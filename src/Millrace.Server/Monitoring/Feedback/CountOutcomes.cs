using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Monitoring.Feedback;

/// <summary>
/// Outcomes of an endpoint by what became of them. Those that name a prediction nobody knows, and no endpoint, belong to
/// none: they are shown with each, for nobody would see them otherwise.
/// </summary>
internal sealed class CountOutcomes(MillraceDb db)
{
    public async Task<OutcomeCounts> RunAsync(EndpointName endpoint, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct);
        var counts = new OutcomeCounts(0, 0, 0, 0);
        // One statement sees one moment: of several, an outcome that joins between two would be counted twice or not at all.
        await db.ReadAsync(
            """
            select coalesce(sum("Joined"), 0), 0, coalesce(sum("Unknown"), 0), coalesce(sum("Repeated"), 0)
            from monitoring_counts where "Endpoint" in (@0, '')
            union all
            select 0, count(*), 0, coalesce(sum("Repeats"), 0)
            from monitoring_outcomes where "State" = 'Waiting' and ("Endpoint" = @0 or "Endpoint" is null)
            union all
            select 0, count(*), 0, coalesce(sum("Repeats"), 0)
            from monitoring_outcomes
            where "Number" > (select coalesce(max("Outcome"), 0) from monitoring_cursor)
                and ("Endpoint" = @0 or "Endpoint" is null)
            """,
            r =>
                counts = new(
                    counts.Joined + Number(r, 0),
                    counts.Waiting + Number(r, 1),
                    counts.Unknown + Number(r, 2),
                    counts.Repeated + Number(r, 3)
                ),
            [endpoint.Value],
            ct
        );
        return counts;
    }

    /// <summary>PostgreSQL adds whole numbers up to a decimal.</summary>
    private static long Number(DbDataReader row, int column) =>
        Convert.ToInt64(row.GetValue(column), CultureInfo.InvariantCulture);
}
