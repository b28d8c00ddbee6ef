using Millrace.Core;
using Millrace.Models.Registry;

namespace Millrace.Serving.Routing;

/// <summary>Makes serve again what served before, and leads one further back each time.</summary>
internal sealed class Rollback(FindVersion versions, SwitchVersion deployments, RoutingTable routes)
{
    public async Task RunAsync(EndpointName endpoint, string reason, CancellationToken ct)
    {
        using var turn = await routes.TakeTurnAsync(ct);
        var current = await deployments.DemandAsync(endpoint, ct);
        var previous = current.Previous is { } number
            ? await deployments.FindAsync(number, ct)
            : throw Refusal.Conflict(
                $"Endpoint {endpoint} has nothing to roll back to: {current.Model} v{current.Version} was the first to serve there."
            );
        var version = await versions.RunAsync(previous.Model, previous.Version, ct);
        await deployments.RunAsync(
            endpoint,
            version,
            DeploymentRow.RolledBack,
            current,
            previous.Previous,
            reason,
            null,
            ct
        );
    }
}
