using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Governance.Access;
using Millrace.Governance.Audit;
using Millrace.Models.Registry;
using Millrace.Serving.Rollouts;
using Millrace.Storage;

namespace Millrace.Serving.Routing;

/// <summary>
/// Switches an endpoint: loads first, so that a broken package changes nothing; then records what is wanted, why, and the
/// alias, all or none; then swaps in memory. A kill in between leaves the record, which the next start follows.
/// </summary>
internal sealed class SwitchVersion(
    MillraceDb db,
    MoveAlias aliases,
    CloseRollout rollouts,
    AuditTrail audit,
    Actor actor,
    RoutingTable routes,
    TimeProvider time
)
{
    /// <summary>What is wanted at an endpoint; null where there is no such endpoint.</summary>
    public Task<DeploymentRow?> CurrentAsync(EndpointName endpoint, CancellationToken ct) =>
        (
            from e in db.Set<EndpointRow>().AsNoTracking()
            join d in db.Set<DeploymentRow>().AsNoTracking() on e.Deployment equals d.Number
            where e.Name == endpoint
            select d
        ).SingleOrDefaultAsync(ct);

    /// <summary>Whether a version began to serve all of an endpoint before a moment.</summary>
    public Task<bool> HasServedAsync(
        EndpointName endpoint,
        ModelRef version,
        DateTimeOffset before,
        CancellationToken ct
    ) =>
        db.Set<DeploymentRow>()
            .AnyAsync(
                d =>
                    d.Endpoint == endpoint && d.Model == version.Model && d.Version == version.Version && d.At < before,
                ct
            );

    /// <exception cref="RefusalException">There is no such endpoint.</exception>
    public async Task<DeploymentRow> DemandAsync(EndpointName endpoint, CancellationToken ct) =>
        await CurrentAsync(endpoint, ct)
        ?? throw Refusal.NotFound(
            $"There is no endpoint {endpoint}: create it with 'millrace deploy {endpoint} MODEL VERSION'."
        );

    public Task<DeploymentRow> FindAsync(long number, CancellationToken ct) =>
        db.Set<DeploymentRow>().AsNoTracking().SingleAsync(d => d.Number == number, ct);

    /// <param name="endpoint">Where.</param>
    /// <param name="version">What serves from now on.</param>
    /// <param name="action">How it came about, for the history.</param>
    /// <param name="current">What serves there now; null for a new endpoint.</param>
    /// <param name="previous">The deployment that a rollback leads to.</param>
    /// <param name="reason">Why, for the record.</param>
    /// <param name="promotes">The rollout that ends with this switch, and must still run; null where a person switches, which aborts any.</param>
    /// <param name="ct">Cancels it before it is written.</param>
    public async Task RunAsync(
        EndpointName endpoint,
        PackagedVersion version,
        string action,
        DeploymentRow? current,
        long? previous,
        string reason,
        RolloutEnd? promotes,
        CancellationToken ct
    )
    {
        var served = ServedModel.Open(version.Model, version.Number, version.Folder);
        var row = new DeploymentRow
        {
            Endpoint = endpoint,
            Model = version.Model,
            Version = version.Number,
            At = time.GetUtcNow(),
            Actor = actor.Name,
            Reason = reason,
            Action = action,
            Previous = previous,
        };
        try
        {
            await RecordAsync(endpoint, row, current, promotes, ct);
        }
        catch
        {
            served.Release();
            throw;
        }

        routes.Set(endpoint, served, row.At);
    }

    private async Task RecordAsync(
        EndpointName endpoint,
        DeploymentRow row,
        DeploymentRow? current,
        RolloutEnd? promotes,
        CancellationToken ct
    )
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var by = $"{row.Model} v{row.Version} was {row.Action} by hand. {row.Reason}".TrimEnd();
        var ended = await rollouts.AddAsync(endpoint, promotes ?? new(null, RolloutState.Aborted, by), ct);
        if (promotes is not null && !ended)
        {
            throw Refusal.Conflict($"Rollout {promotes.Number} at endpoint {endpoint} is over.");
        }

        db.Add(row);
        await db.SaveChangesAsync(ct);
        if (current is null)
        {
            db.Add(new EndpointRow { Name = endpoint, Deployment = row.Number });
        }
        else
        {
            await db.Set<EndpointRow>()
                .Where(e => e.Name == endpoint)
                .ExecuteUpdateAsync(set => set.SetProperty(e => e.Deployment, row.Number), ct);
        }

        if (string.Equals(row.Action, DeploymentRow.RolledBack, StringComparison.Ordinal))
        {
            await aliases.AddBackAsync(row.Model, row.Version, row.Reason, ct);
        }
        else
        {
            await aliases.AddAsync(row.Model, AliasName.Champion, row.Version, row.Reason, ct);
        }

        // A promotion is told by the rollout that it ends.
        if (promotes is null)
        {
            audit.Add(
                row.Action,
                AuditKinds.Endpoint,
                endpoint.Value,
                row.Reason,
                ("model", $"{row.Model} v{row.Version}"),
                ("before", current is null ? "" : $"{current.Model} v{current.Version}")
            );
        }

        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(CancellationToken.None);
    }
}
