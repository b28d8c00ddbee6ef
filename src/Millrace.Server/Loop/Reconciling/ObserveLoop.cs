using Millrace.Api;
using Millrace.Core;
using Millrace.Data.Versions;
using Millrace.Engine.Declarations;
using Millrace.Experiments.Tracking;
using Millrace.Jobs;
using Millrace.Loop.Declared;
using Millrace.Loop.Retraining;
using Millrace.Monitoring.Feedback;
using Millrace.Serving.Rollouts;
using Millrace.Serving.Routing;
using Millrace.Storage;

namespace Millrace.Loop.Reconciling;

/// <summary>Gathers what a retraining's next step depends on, from the features that know it.</summary>
internal sealed class ObserveLoop(
    ReadVersion datasets,
    ShowJobs jobs,
    ShowRun runs,
    Models.Registry.ShowVersion versions,
    SwitchVersion deployments,
    ShowRollouts rollouts,
    FindRollout challengers,
    ReadHarm harm,
    MillraceFolder folder
)
{
    public async Task<LoopObservation> RunAsync(LoopRow loop, RetrainingRow row, CancellationToken ct)
    {
        var wanted = LoopReader.Read(loop.Yaml);
        var model = new ModelName(loop.Name.Value);
        var rollout = await RolloutAsync(wanted, row, ct);
        var current = wanted.Deploy is { } at ? await deployments.CurrentAsync(at.Endpoint, ct) : null;
        ModelRef? champion = current is null ? null : new(current.Model, current.Version);
        var begins = row is { State: RetrainingState.Running, IngestJob: null, DatasetVersion: null };
        var summary = row.DatasetVersion is { } number
            ? await datasets.SummaryAsync(wanted.Data.Dataset, number, ct)
            : null;
        var newest = begins ? await datasets.TryManifestAsync(wanted.Data.Dataset, null, ct) : null;
        return new()
        {
            Wanted = wanted,
            Trigger = row.Trigger,
            StartedAt = row.StartedAt,
            State = row.State,
            Prepared = row.Prepared,
            Joined = row.JoinedThrough is not null,
            Newest = newest?.Number,
            HasWork = !begins || HasFiles(loop, wanted, row) || IsAnother(newest, wanted),
            Ingest = row.IngestJob is { } job ? await jobs.OneAsync(job, ct) : null,
            Dataset = summary,
            Broken =
                summary is { Quarantined: > 0 } && row.Runs.Count == 0
                    ? (await datasets.ManifestAsync(wanted.Data.Dataset, summary.Number, ct)).Broken
                    : [],
            Runs = await RunsAsync(row.Runs, ct),
            Version = row.ModelVersion is { } version ? await versions.RunAsync(model, version, ct) : null,
            GatesAsked = row.GatesAsked,
            Champion = champion,
            ChampionSince = current?.At,
            WasTakenBack = await WasTakenBackAsync(wanted, row, champion, ct),
            Rollout = rollout,
            // It matters to nothing but what is being tried on people.
            Harm =
                wanted is { Deploy: { } deploy, Monitor: not null } && rollout is { State: RolloutState.Running }
                    ? await harm.RunAsync(deploy.Endpoint, ct)
                    : null,
            // What a person deploys or rolls back afterwards is the person's will, not something to be repaired.
            DeployedAt = row.DeployedAt,
            FailedAt = row.FailedAt,
            Result = row.Result,
        };
    }

    private bool HasFiles(LoopRow loop, LoopDeclaration wanted, RetrainingRow row)
    {
        try
        {
            return SourceFiles.Of(loop, wanted, row, folder).Count > 0;
        }
        catch (RefusalException)
        {
            // The step that takes them in is refused, and stops the retraining; whoever only looks must not be.
            return true;
        }
    }

    /// <summary>Whether the loop asks of the dataset's rows what nobody has checked.</summary>
    private static bool IsAnother(VersionManifest? newest, LoopDeclaration wanted) =>
        newest is not null
        && !wanted.Data.Contract.IsSameAs(Contract.Open)
        && !wanted.Data.Contract.IsSameAs(newest.Contract);

    /// <summary>Killed before its number was written down, a rollout is found by its challenger, judged meanwhile or not.</summary>
    private async Task<RolloutView?> RolloutAsync(LoopDeclaration wanted, RetrainingRow row, CancellationToken ct)
    {
        if (row.ModelVersion is not { } version || wanted.Deploy is not { } deploy)
        {
            return null;
        }

        var challenger = new ModelRef(new(row.Loop.Value), version);
        var number = row.Rollout ?? await challengers.OfChallengerAsync(deploy.Endpoint, challenger, row.StartedAt, ct);
        return number is { } known ? await rollouts.FindAsync(known, ct) : null;
    }

    private async Task<bool> WasTakenBackAsync(
        LoopDeclaration wanted,
        RetrainingRow row,
        ModelRef? champion,
        CancellationToken ct
    )
    {
        if (row is not { State: RetrainingState.Running, ModelVersion: { } number } || wanted.Deploy is not { } deploy)
        {
            return false;
        }

        var version = new ModelRef(new(row.Loop.Value), number);
        return version != champion
            && (
                await challengers.WasTriedAsync(deploy.Endpoint, version, row.StartedAt, ct)
                || await deployments.HasServedAsync(deploy.Endpoint, version, row.StartedAt, ct)
            );
    }

    private async Task<IReadOnlyList<RunView>> RunsAsync(IReadOnlyList<RunId> ids, CancellationToken ct)
    {
        var views = new List<RunView>(ids.Count);
        foreach (var id in ids)
        {
            views.Add(await runs.RunAsync(id, ct));
        }

        return views;
    }
}
