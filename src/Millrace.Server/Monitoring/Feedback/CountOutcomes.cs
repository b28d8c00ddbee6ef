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
        var name = endpoint.Value;
        var looked = await db.Set<CursorRow>().Select(c => (long?)c.Outcome).SingleOrDefaultAsync(ct) ?? 0;
        var own = db.Set<OutcomeRow>().Where(o => o.Endpoint == endpoint || o.Endpoint == null);
        var waiting = await own.Where(o => o.State == OutcomeState.Waiting)
            .GroupBy(_ => 1)
            .Select(g => new { Count = g.LongCount(), Repeats = g.Sum(o => o.Repeats) })
            .SingleOrDefaultAsync(ct);
        var arrived = await own.Where(o => o.Number > looked)
            .GroupBy(_ => 1)
            .Select(g => new { Count = g.LongCount(), Repeats = g.Sum(o => o.Repeats) })
            .SingleOrDefaultAsync(ct);
        // Last: what is settled between two of these questions must not be missing from the answer.
        var settled = await db.Set<CountsRow>()
            .AsNoTracking()
            .Where(c => c.Endpoint == name || c.Endpoint == "")
            .ToListAsync(ct);
        return new(
            settled.Sum(c => c.Joined),
            (waiting?.Count ?? 0) + (arrived?.Count ?? 0),
            settled.Sum(c => c.Unknown),
            settled.Sum(c => c.Repeated) + (waiting?.Repeats ?? 0) + (arrived?.Repeats ?? 0)
        );
    }
}
