using Millrace.Core;
using Millrace.Models.Registry;
using Millrace.Serving.Rollouts;

namespace Millrace.Serving.Routing;

/// <summary>Makes a blessed version serve at an endpoint, which is created where it does not exist.</summary>
internal sealed class Deploy(FindVersion versions, FindRollout rollouts, SwitchVersion deployments, RoutingTable routes)
{
    /// <returns>False where that version serves all there already: then nothing changes.</returns>
    public async Task<bool> RunAsync(
        EndpointName endpoint,
        ModelName model,
        VersionNumber number,
        string reason,
        CancellationToken ct
    )
    {
        var version = (await versions.RunAsync(model, number, ct)).DemandBlessed();
        using var turn = await routes.TakeTurnAsync(ct);
        var current = await deployments.CurrentAsync(endpoint, ct);
        var already = current is not null && current.Model == model && current.Version == number;
        if (already && routes.Serves(endpoint) && await rollouts.RunningAsync(endpoint, ct) is null)
        {
            return false;
        }

        await deployments.RunAsync(
            endpoint,
            version,
            DeploymentRow.Deployed,
            current,
            // Deployed anew to take all traffic back from a challenger: a rollback leads where it led before.
            already ? current!.Previous : current?.Number,
            reason,
            null,
            ct
        );
        return true;
    }
}
