using Millrace.Api;
using Millrace.Engine.Declarations;
using Millrace.Loop.Retraining;
using Millrace.Monitoring.Feedback;
using Millrace.Serving.Autoscaling;
using Millrace.Serving.Routing;

namespace Millrace.Loop.Reconciling;

/// <summary>Has the loop's endpoint watched and scaled as declared. The same again changes nothing.</summary>
internal sealed class PrepareEndpoint(DeclareMonitor monitor, SetScaling scaling, SwitchVersion deployments)
{
    /// <summary>Before anything is trained; an endpoint that is not there yet is scaled when it is deployed to.</summary>
    public async Task RunAsync(RetrainingRow row, LoopDeclaration wanted, CancellationToken ct)
    {
        if (wanted.Deploy is not { } deploy)
        {
            return;
        }

        if (wanted.Monitor is { } watched)
        {
            await monitor.RunAsync(deploy.Endpoint, Settings(row, wanted, watched), ct);
        }

        if (await deployments.CurrentAsync(deploy.Endpoint, ct) is not null)
        {
            await ScaleAsync(row, wanted, ct);
        }
    }

    /// <summary>Only where the loop was declared: what a person scaled since then is the person's will.</summary>
    public async Task ScaleAsync(RetrainingRow row, LoopDeclaration wanted, CancellationToken ct)
    {
        if (row.Trigger == TriggerKind.Applied && wanted.Deploy is { } deploy)
        {
            var replicas = deploy.Replicas;
            await scaling.RunAsync(
                deploy.Endpoint,
                replicas.Min,
                replicas.Max,
                replicas.TargetConcurrency,
                $"As the loop {row.Loop} declares",
                ct
            );
        }
    }

    private static MonitorSettings Settings(RetrainingRow row, LoopDeclaration wanted, MonitorDeclaration watched) =>
        new()
        {
            Loop = row.Loop,
            Outcome = watched.Outcome,
            Key = watched.Key,
            Within = watched.Within,
            Watch = watched.Watch ?? wanted.Model.Metric,
            Tolerance = wanted.Retrain?.Tolerance,
            RunLength = wanted.Retrain?.RunLength,
            EventTime = wanted.Data.EventTime,
            Contract = wanted.Data.Contract,
        };
}
