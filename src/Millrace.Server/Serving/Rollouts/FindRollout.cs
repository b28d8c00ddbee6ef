using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Serving.Rollouts;

/// <summary>A rollout as those who judge it need it.</summary>
/// <param name="Step">Which of the steps it is at, from 0.</param>
/// <param name="Evidence">What the last look left to remember; null before the first.</param>
internal sealed record Rollout(
    long Number,
    EndpointName Endpoint,
    ModelRef Champion,
    ModelRef Challenger,
    RolloutState State,
    IReadOnlyList<double> Steps,
    int Step,
    double Confidence,
    string Verdict,
    DateTimeOffset StartedAt,
    string? Evidence
)
{
    public double Share => Steps[Step];
}

/// <summary>Finds the rollout that runs at an endpoint, or any by its number.</summary>
internal sealed class FindRollout(MillraceDb db)
{
    /// <returns>Null where none runs.</returns>
    public async Task<Rollout?> RunningAsync(EndpointName endpoint, CancellationToken ct)
    {
        var row = await db.Set<RolloutRow>()
            .AsNoTracking()
            .SingleOrDefaultAsync(r => r.Endpoint == endpoint && r.State == RolloutState.Running, ct);
        return row is null ? null : Of(row);
    }

    /// <returns>It in whatever state it is; null where there is no such rollout at the endpoint.</returns>
    public async Task<Rollout?> RunAsync(EndpointName endpoint, long number, CancellationToken ct)
    {
        var row = await db.Set<RolloutRow>()
            .AsNoTracking()
            .SingleOrDefaultAsync(r => r.Endpoint == endpoint && r.Number == number, ct);
        return row is null ? null : Of(row);
    }

    /// <returns>The newest of a challenger since a moment, in whatever state; null where there is none.</returns>
    public async Task<long?> OfChallengerAsync(
        EndpointName endpoint,
        ModelRef challenger,
        DateTimeOffset since,
        CancellationToken ct
    ) =>
        await db.Set<RolloutRow>()
            .Where(r =>
                r.Endpoint == endpoint
                && r.Model == challenger.Model
                && r.Version == challenger.Version
                && r.StartedAt >= since
            )
            .MaxAsync(r => (long?)r.Number, ct);

    /// <returns>Whether a challenger was rolled out before a moment, whatever came of it.</returns>
    public Task<bool> WasTriedAsync(
        EndpointName endpoint,
        ModelRef challenger,
        DateTimeOffset before,
        CancellationToken ct
    ) =>
        db.Set<RolloutRow>()
            .AnyAsync(
                r =>
                    r.Endpoint == endpoint
                    && r.Model == challenger.Model
                    && r.Version == challenger.Version
                    && r.StartedAt < before,
                ct
            );

    /// <returns>All that run, at whichever endpoint.</returns>
    public async Task<IReadOnlyList<Rollout>> RunningAsync(CancellationToken ct)
    {
        var rows = await db.Set<RolloutRow>()
            .AsNoTracking()
            .Where(r => r.State == RolloutState.Running)
            .ToListAsync(ct);
        return [.. rows.Select(Of)];
    }

    private static Rollout Of(RolloutRow row) =>
        new(
            row.Number,
            row.Endpoint,
            new(row.ChampionModel, row.ChampionVersion),
            new(row.Model, row.Version),
            row.State,
            row.Steps,
            row.Step,
            row.Confidence,
            row.Verdict,
            row.StartedAt,
            row.Evidence
        );
}
