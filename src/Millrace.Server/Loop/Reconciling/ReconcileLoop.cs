using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Data.Ingest;
using Millrace.Data.Versions;
using Millrace.Engine.Checks;
using Millrace.Engine.Declarations;
using Millrace.Governance.Access;
using Millrace.Jobs;
using Millrace.Loop.Declared;
using Millrace.Loop.Retraining;
using Millrace.Models.Evaluation;
using Millrace.Models.Registry;
using Millrace.Storage;

namespace Millrace.Loop.Reconciling;

/// <summary>
/// Brings a loop's retraining one step further. Killed at any point and run again, it finds what it had done by what that was
/// made from: files by their hash, runs by their key, versions by their run, deployments by their version.
/// </summary>
internal sealed partial class ReconcileLoop(
    MillraceDb db,
    ObserveLoop observe,
    BeginRetraining retrainings,
    EndRetraining end,
    PrepareEndpoint prepare,
    TakeJoined joined,
    IngestDataset ingest,
    ReadVersion datasets,
    StartLoopRuns runs,
    JobQueue queue,
    RegisterRun register,
    StartGates gates,
    ReleaseVersion release,
    MillraceFolder folder,
    Actor actor,
    ILogger<ReconcileLoop> logger
)
{
    /// <returns>True where a step was taken and another may follow at once; false where there is nothing to do now.</returns>
    public async Task<bool> RunAsync(LoopName name, CancellationToken ct)
    {
        var loop = await db.Set<LoopRow>().SingleOrDefaultAsync(l => l.Name == name, ct);
        var row = await retrainings.NewestAsync(name, ct);
        if (loop is null || row is not { State: RetrainingState.Running })
        {
            return false;
        }

        actor.Name = Actor.Itself;
        var step = (LoopStep)new LoopStep.Wait();
        try
        {
            var seen = await observe.RunAsync(loop, row, ct);
            step = LoopPolicy.Decide(seen);
            return await TakeAsync(loop, row, seen, step, ct);
        }
        catch (RefusalException refusal)
        {
            // Something else works on the same dataset, or a rollout is still judged: the turn will come.
            if (
                step is LoopStep.ExportJoined or LoopStep.StartIngest or LoopStep.StartRollout
                && refusal.Kind == RefusalKind.Conflict
            )
            {
                return false;
            }

            await StopAsync(name, row.Number, StageOf(step), refusal.Message, ct);
            return false;
        }
    }

    private async Task<bool> TakeAsync(
        LoopRow loop,
        RetrainingRow row,
        LoopObservation seen,
        LoopStep step,
        CancellationToken ct
    )
    {
        switch (step)
        {
            case LoopStep.Prepare:
                await prepare.RunAsync(row, seen.Wanted, ct);
                row.Prepared = true;
                break;
            case LoopStep.ExportJoined:
                await joined.RunAsync(row, seen.Wanted, ct);
                break;
            case LoopStep.StartIngest:
                var order = Order(loop, row, seen.Wanted);
                var declaresNone = order.Contract.IsSameAs(Contract.Open);
                row.IngestJob = (await ingest.RunAsync(order, keepContract: declaresNone, ct)).Id;
                break;
            case LoopStep.AdoptDataset adopt:
                var snapshot = await datasets.RunAsync(seen.Wanted.Data.Dataset, adopt.Version, ct);
                LoopChecks.WithColumns(seen.Wanted, snapshot.Schema);
                row.DatasetVersion = adopt.Version;
                break;
            case LoopStep.StartRuns:
                row.Runs = await runs.AddAsync(loop, row, seen.Wanted, ct);
                break;
            case LoopStep.Register best:
                row.ModelVersion = await register.RunAsync(
                    new ModelName(loop.Name.Value),
                    best.Best,
                    $"Best of {row.Runs.Count} by the loop {loop.Name}",
                    ct
                );
                break;
            case LoopStep.StartGates:
                await gates.RunAsync(new(loop.Name.Value), row.ModelVersion!.Value, seen.Wanted.Gates, ct);
                row.GatesAsked = true;
                break;
            case LoopStep.Deploy:
                await release.DeployAsync(row, seen.Wanted, ct);
                break;
            case LoopStep.StartRollout:
                await release.StartRolloutAsync(row, seen.Wanted, ct);
                break;
            case LoopStep.AbortRollout overtaken:
                await release.AbortAsync(seen.Rollout!, overtaken.Why, ct);
                break;
            case LoopStep.End over:
                await end.RunAsync(row, over.State, over.Result, null, ct);
                return false;
            case LoopStep.Stop stop:
                await StopAsync(loop.Name, row.Number, stop.AtStage, stop.Why, ct);
                return false;
            default:
                return false;
        }

        await db.SaveChangesAsync(ct);
        queue.Wake();
        LogStep(loop.Name, step.GetType().Name);
        return true;
    }

    private IngestOrder Order(LoopRow loop, RetrainingRow row, LoopDeclaration wanted) =>
        new()
        {
            Dataset = wanted.Data.Dataset,
            Files = SourceFiles.Of(loop, wanted, row, folder),
            Read = wanted.Data.Source.Read,
            Contract = wanted.Data.Contract,
            Reason = $"The loop {loop.Name}",
        };

    private async Task StopAsync(LoopName loop, int number, string stage, string why, CancellationToken ct)
    {
        // What the failed step had begun to track must not be saved along.
        db.ChangeTracker.Clear();
        // Declared anew meanwhile, another one goes on: what this one stumbled over is not its fault.
        if (
            await retrainings.NewestAsync(loop, ct) is not { State: RetrainingState.Running } row
            || row.Number != number
        )
        {
            return;
        }

        await end.RunAsync(row, RetrainingState.Failed, why, stage, ct);
        LogStopped(loop, stage, why);
    }

    private static string StageOf(LoopStep step) =>
        step switch
        {
            LoopStep.Prepare
            or LoopStep.ExportJoined
            or LoopStep.StartIngest
            or LoopStep.AdoptDataset
            or LoopStep.Wait => Stage.Ingest,
            LoopStep.StartRuns => Stage.Train,
            LoopStep.Register => Stage.Register,
            LoopStep.StartGates => Stage.Gates,
            _ => Stage.Deploy,
        };

    [LoggerMessage(LogLevel.Information, "Loop {Loop}: {Step}")]
    private partial void LogStep(LoopName loop, string step);

    [LoggerMessage(LogLevel.Warning, "Loop {Loop} stopped at {Stage}: {Why}")]
    private partial void LogStopped(LoopName loop, string stage, string why);
}
