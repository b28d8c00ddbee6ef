using Millrace.Api;
using Millrace.Core;
using Millrace.Serving.Routing;

namespace Millrace.Serving.Autoscaling;

/// <summary>How many copies serve an endpoint, how many should, and how that went.</summary>
internal sealed class ShowReplicas(SwitchVersion deployments, ReplicaSets replicas)
{
    public async Task<ReplicasView> RunAsync(EndpointName endpoint, CancellationToken ct)
    {
        _ = await deployments.DemandAsync(endpoint, ct);
        return replicas.View(endpoint);
    }
}
