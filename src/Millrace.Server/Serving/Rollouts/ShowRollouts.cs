using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Serving.Routing;
using Millrace.Storage;

namespace Millrace.Serving.Rollouts;

/// <summary>An endpoint's rollouts with what was seen of them.</summary>
internal sealed class ShowRollouts(MillraceDb db, SwitchVersion deployments, RoutingTable routes)
{
    private const int Shown = 50;

    /// <returns>Newest first.</returns>
    public async Task<IReadOnlyList<RolloutView>> ListAsync(EndpointName endpoint, CancellationToken ct)
    {
        _ = await deployments.DemandAsync(endpoint, ct);
        var rows = await db.Set<RolloutRow>()
            .AsNoTracking()
            .Where(r => r.Endpoint == endpoint)
            .OrderByDescending(r => r.Number)
            .Take(Shown)
            .ToListAsync(ct);
        return await ViewAsync(rows, ct);
    }

    /// <returns>Null where there is no such rollout.</returns>
    public async Task<RolloutView?> FindAsync(long number, CancellationToken ct) =>
        await db.Set<RolloutRow>().AsNoTracking().SingleOrDefaultAsync(r => r.Number == number, ct) is { } row
            ? (await ViewAsync([row], ct))[0]
            : null;

    /// <returns>The newest, running or not.</returns>
    public async Task<RolloutView> NewestAsync(EndpointName endpoint, CancellationToken ct) =>
        await ListAsync(endpoint, ct) is [var newest, ..]
            ? newest
            : throw Refusal.NotFound($"Endpoint {endpoint} had no rollout yet.");

    /// <returns>Every look of one rollout, newest first.</returns>
    /// <exception cref="RefusalException">The endpoint has no such rollout.</exception>
    public async Task<Page<RolloutLook>> LooksAsync(
        EndpointName endpoint,
        long number,
        int limit,
        int offset,
        CancellationToken ct
    )
    {
        var found = await db.Set<RolloutRow>()
            .Where(r => r.Endpoint == endpoint && r.Number == number)
            .Select(r => (long?)r.Looks)
            .SingleOrDefaultAsync(ct);
        return found is { } total
            ? new(
                await db.Set<RolloutLookRow>()
                    .Where(l => l.Rollout == number)
                    .OrderByDescending(l => l.Ordinal)
                    .Skip(Limits.Offset(offset))
                    .Take(Limits.PageSize(limit))
                    .Select(l => l.Look)
                    .ToListAsync(ct),
                total
            )
            : throw RecordLook.Missing(endpoint, number);
    }

    private async Task<IReadOnlyList<RolloutView>> ViewAsync(List<RolloutRow> rows, CancellationToken ct)
    {
        var numbers = rows.ConvertAll(r => r.Number);
        var looks = await db.Set<RolloutLookRow>()
            .AsNoTracking()
            .Where(l =>
                numbers.Contains(l.Rollout)
                && (l.Decided || db.Set<RolloutRow>().Any(r => r.Number == l.Rollout && r.Looks == l.Ordinal))
            )
            .OrderBy(l => l.Ordinal)
            .ToListAsync(ct);
        var byRollout = looks.ToLookup(l => l.Rollout, l => l.Look);
        return [.. rows.Select(r => View(r, [.. byRollout[r.Number]]))];
    }

    private RolloutView View(RolloutRow row, IReadOnlyList<RolloutLook> looks) =>
        new()
        {
            Number = row.Number,
            Endpoint = row.Endpoint,
            Champion = new(row.ChampionModel, row.ChampionVersion),
            Challenger = new(row.Model, row.Version),
            State = row.State,
            Steps = row.Steps,
            Step = row.Step,
            Confidence = row.Confidence,
            Reason = row.Reason,
            Verdict = row.Verdict,
            StartedAt = row.StartedAt,
            EndedAt = row.EndedAt,
            Looks = looks,
            LooksTaken = row.Looks,
            Traffic =
                routes.Find(row.Endpoint.Value)?.Split is { } split && split.Rollout == row.Number
                    ? split.Traffic.View()
                    : null,
        };
}
