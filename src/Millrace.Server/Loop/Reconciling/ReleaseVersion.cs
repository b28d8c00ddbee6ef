using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Loop.Retraining;
using Millrace.Serving.Rollouts;
using Millrace.Serving.Routing;

namespace Millrace.Loop.Reconciling;

/// <summary>Leads a blessed version to traffic: at once, or by the rollout that the loop declares.</summary>
internal sealed class ReleaseVersion(
    Deploy deploy,
    StartRollout start,
    EndRollout end,
    PrepareEndpoint prepare,
    TimeProvider time
)
{
    /// <summary>All traffic at once; where a rollout has led there already, only the note of it.</summary>
    public async Task DeployAsync(RetrainingRow row, LoopDeclaration wanted, CancellationToken ct)
    {
        if (row.Rollout is null)
        {
            await deploy.RunAsync(
                wanted.Deploy!.Endpoint,
                new(row.Loop.Value),
                row.ModelVersion!.Value,
                $"It passed the gates of the loop {row.Loop}",
                ct
            );
            await prepare.ScaleAsync(row, wanted, ct);
        }

        row.DeployedAt = time.GetUtcNow();
    }

    public Task AbortAsync(RolloutView rollout, string why, CancellationToken ct) =>
        end.AbortAsync(rollout.Endpoint, rollout.Number, why, ct);

    public async Task StartRolloutAsync(RetrainingRow row, LoopDeclaration wanted, CancellationToken ct) =>
        row.Rollout = await start.RunAsync(
            wanted.Deploy!.Endpoint,
            new ModelName(row.Loop.Value),
            row.ModelVersion!.Value,
            wanted.Deploy.Rollout.Canary,
            wanted.Deploy.Rollout.Confidence,
            $"It passed the gates of the loop {row.Loop}",
            ct
        );
}
