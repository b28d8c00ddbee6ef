using Millrace.Api;
using Millrace.Core;
using Millrace.Serving.Routing;

namespace Millrace.Serving.Autoscaling;

/// <summary>How many copies serve an endpoint, how many should, and how that went.</summary>
internal sealed class ShowReplicas(SwitchVersion deployments, ReplicaSets replicas)
{
    public async Task<ReplicasView> RunAsync(EndpointName endpoint, CancellationToken ct) =>
        await deployments.CurrentAsync(endpoint, ct) is null
            ? throw Refusal.NotFound(
                $"There is no endpoint {endpoint}: create it with 'millrace deploy {endpoint} MODEL VERSION'."
            )
            : replicas.View(endpoint);
}
