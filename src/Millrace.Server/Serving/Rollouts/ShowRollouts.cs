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
        return [.. rows.Select(View)];
    }

    /// <returns>Null where there is no such rollout.</returns>
    public async Task<RolloutView?> FindAsync(long number, CancellationToken ct) =>
        await db.Set<RolloutRow>().AsNoTracking().SingleOrDefaultAsync(r => r.Number == number, ct) is { } row
            ? View(row)
            : null;

    /// <returns>The newest, running or not.</returns>
    public async Task<RolloutView> NewestAsync(EndpointName endpoint, CancellationToken ct) =>
        await ListAsync(endpoint, ct) is [var newest, ..]
            ? newest
            : throw Refusal.NotFound($"Endpoint {endpoint} had no rollout yet.");

    private RolloutView View(RolloutRow row) =>
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
            Looks = row.Newest is null ? row.Looks : [.. row.Looks, row.Newest],
            Traffic =
                routes.Find(row.Endpoint.Value)?.Split is { } split && split.Rollout == row.Number
                    ? split.Traffic.View()
                    : null,
        };
}
