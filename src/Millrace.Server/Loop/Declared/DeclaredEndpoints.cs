using Microsoft.EntityFrameworkCore;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Outcomes;
using Millrace.Serving.Rollouts;
using Millrace.Serving.Routing;
using Millrace.Storage;

namespace Millrace.Loop.Declared;

/// <summary>What loops declare of endpoints: a rollout by hand goes as the loop's would.</summary>
internal sealed class DeclaredEndpoints(MillraceDb db) : IDeclaredEndpoints
{
    /// <returns>The loop that serves there; null where none does.</returns>
    public async Task<LoopDeclaration?> FindAsync(EndpointName endpoint, CancellationToken ct)
    {
        foreach (var yaml in await db.Set<LoopRow>().AsNoTracking().Select(l => l.Yaml).ToListAsync(ct))
        {
            var declared = LoopReader.Read(yaml);
            if (declared.Deploy?.Endpoint == endpoint)
            {
                return declared;
            }
        }

        return null;
    }

    public async Task<LoopName?> LoopAsync(EndpointName endpoint, CancellationToken ct) =>
        (await FindAsync(endpoint, ct))?.Loop;

    public async Task<RolloutPlan?> RolloutAsync(EndpointName endpoint, CancellationToken ct) =>
        (await FindAsync(endpoint, ct))?.Deploy?.Rollout is { Canary.Count: > 0 } rollout
            ? new(rollout.Canary, rollout.Confidence)
            : null;

    /// <summary>The metric that outcomes of the loop's endpoint are measured by.</summary>
    public static LiveMetric MetricOf(LoopDeclaration loop) =>
        LiveMetric.Of(loop.Model.Task, loop.Monitor?.Watch ?? loop.Model.Metric);
}
