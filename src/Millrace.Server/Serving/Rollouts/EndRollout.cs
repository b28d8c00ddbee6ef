using Millrace.Api;
using Millrace.Core;
using Millrace.Models.Registry;
using Millrace.Serving.Routing;
using Millrace.Storage;

namespace Millrace.Serving.Rollouts;

/// <summary>
/// Ends a rollout one way or the other, in one transaction with all that follows from it. Repeated after a kill it finds
/// that it was done, so the same end may be asked for again; another end is refused.
/// </summary>
internal sealed class EndRollout(
    MillraceDb db,
    FindVersion versions,
    FindRollout rollouts,
    SwitchVersion deployments,
    CloseRollout close,
    RoutingTable routes
)
{
    /// <summary>The challenger serves all, and is the champion.</summary>
    /// <param name="endpoint">Where it takes place.</param>
    /// <param name="number">Which rollout; null for the one that runs.</param>
    /// <param name="verdict">Why, for the record.</param>
    /// <param name="look">The look that decided it; null where a person did.</param>
    /// <param name="evidence">What that look left to remember.</param>
    /// <param name="ct">Cancels it before it is written.</param>
    /// <returns>False where it was promoted before.</returns>
    public async Task<bool> PromoteAsync(
        EndpointName endpoint,
        long? number,
        string verdict,
        RolloutLook? look,
        string? evidence,
        CancellationToken ct
    )
    {
        using var turn = await routes.TakeTurnAsync(ct);
        if (await RunningAsync(endpoint, number, RolloutState.Promoted, ct) is not { } rollout)
        {
            return false;
        }

        var challenger = await versions.RunAsync(rollout.Challenger.Model, rollout.Challenger.Version, ct);
        var current = await deployments.CurrentAsync(endpoint, ct);
        await deployments.RunAsync(
            endpoint,
            challenger.DemandBlessed(),
            DeploymentRow.Promoted,
            current,
            current?.Number,
            verdict,
            new(rollout.Number, RolloutState.Promoted, verdict, look, evidence),
            ct
        );
        return true;
    }

    /// <summary>The champion serves all again, since the evidence is against the challenger.</summary>
    /// <inheritdoc cref="PromoteAsync"/>
    /// <returns>False where it was rolled back before.</returns>
    public Task<bool> RollBackAsync(
        EndpointName endpoint,
        long? number,
        string verdict,
        RolloutLook? look,
        string? evidence,
        CancellationToken ct
    ) => RetractAsync(endpoint, new(number, RolloutState.RolledBack, verdict, look, evidence), ct);

    /// <summary>The champion serves all again, since a person says so.</summary>
    /// <inheritdoc cref="PromoteAsync"/>
    /// <returns>False where it was aborted before.</returns>
    public Task<bool> AbortAsync(EndpointName endpoint, long? number, string verdict, CancellationToken ct) =>
        RetractAsync(endpoint, new(number, RolloutState.Aborted, verdict), ct);

    private async Task<bool> RetractAsync(EndpointName endpoint, RolloutEnd end, CancellationToken ct)
    {
        using var turn = await routes.TakeTurnAsync(ct);
        if (await RunningAsync(endpoint, end.Number, end.State, ct) is not { } rollout)
        {
            return false;
        }

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await close.AddAsync(endpoint, end with { Number = rollout.Number }, ct))
        {
            throw Ended(rollout.Number, endpoint);
        }

        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(CancellationToken.None);
        routes.DropChallenger(endpoint, rollout.Number);
        return true;
    }

    /// <returns>Null where it came to that very end before.</returns>
    private async Task<Rollout?> RunningAsync(
        EndpointName endpoint,
        long? number,
        RolloutState wanted,
        CancellationToken ct
    )
    {
        if (number is not { } known)
        {
            return await rollouts.RunningAsync(endpoint, ct)
                ?? throw Refusal.Conflict(
                    $"No rollout runs at endpoint {endpoint}: start one with 'millrace rollout start {endpoint} MODEL VERSION'."
                );
        }

        var rollout = await rollouts.RunAsync(endpoint, known, ct) ?? throw RecordLook.Missing(endpoint, known);
        return rollout.State == RolloutState.Running ? rollout
            : rollout.State == wanted ? null
            : throw Ended(known, endpoint);
    }

    private static RefusalException Ended(long number, EndpointName endpoint) =>
        Refusal.Conflict($"Rollout {number} at endpoint {endpoint} is over: see 'millrace rollout status {endpoint}'.");
}
