using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Governance.Audit;
using Millrace.Serving.Autoscaling;
using Millrace.Serving.Rollouts;
using Millrace.Storage;

namespace Millrace.Serving.Routing;

/// <summary>
/// Ends an endpoint: nothing answers there any more, a rollout is aborted and replicas leave. What served there, what was
/// predicted and what came of it stay on record, and deployed anew it goes on from there.
/// </summary>
internal sealed class Undeploy(
    MillraceDb db,
    SwitchVersion deployments,
    CloseRollout rollouts,
    IDeclaredEndpoints declared,
    AuditTrail audit,
    RoutingTable routes,
    ReplicaSets replicas
)
{
    /// <exception cref="RefusalException">There is no such endpoint, or a loop wants it, which would deploy it again.</exception>
    public async Task RunAsync(EndpointName endpoint, string reason, CancellationToken ct)
    {
        using var turn = await routes.TakeTurnAsync(ct);
        var current = await deployments.DemandAsync(endpoint, ct);
        if (await declared.LoopAsync(endpoint, ct) is { } loop)
        {
            throw Refusal.Conflict(
                $"The loop {loop} wants {endpoint} to serve: take 'deploy' out of its file, apply it, and undeploy then."
            );
        }

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var why = $"{endpoint} was undeployed. {reason}".TrimEnd();
        await rollouts.AddAsync(endpoint, new(null, RolloutState.Aborted, why), ct);
        await db.Set<EndpointRow>().Where(e => e.Name == endpoint).ExecuteDeleteAsync(ct);
        await db.Set<ScalingRow>().Where(s => s.Endpoint == endpoint).ExecuteDeleteAsync(ct);
        audit.Add(
            "undeployed",
            AuditKinds.Endpoint,
            endpoint.Value,
            reason,
            ("before", $"{current.Model} v{current.Version}")
        );
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(CancellationToken.None);
        routes.Remove(endpoint);
        replicas.Want(endpoint, EndpointScaling.InProcess);
    }
}
