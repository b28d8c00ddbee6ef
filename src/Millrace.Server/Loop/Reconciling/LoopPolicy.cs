using System.Globalization;
using System.Text.Json;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Loop.Reconciling;

/// <summary>Decides a retraining's next step from what is observed. Pure: same observation, same step.</summary>
internal static class LoopPolicy
{
    public static LoopStep Decide(LoopObservation seen) =>
        seen.State != RetrainingState.Running ? new LoopStep.Rest()
        : !seen.Prepared ? new LoopStep.Prepare()
        : seen.Dataset is null ? DecideData(seen)
        : seen.Version is null ? DecideTraining(seen)
        : DecideRelease(seen, seen.Version);

    /// <summary>The finished run with the best primary metric; the first of equals. Null where none finished.</summary>
    public static RunView? Best(IReadOnlyList<RunView> runs) =>
        runs.Where(r => r is { State: RunState.Finished, Score: not null })
            .OrderByDescending(r => r.HigherIsBetter ? r.Score : -r.Score)
            .FirstOrDefault();

    private static LoopStep DecideData(LoopObservation seen)
    {
        if (seen.Ingest is null)
        {
            return seen.Wanted.Data.Source.Predictions && !seen.Joined ? new LoopStep.ExportJoined()
                : seen.HasWork ? new LoopStep.StartIngest()
                : seen.Newest is { } newest ? new LoopStep.AdoptDataset(newest)
                : Stopped(
                    Stage.Ingest,
                    $"There is nothing to learn from: dataset {seen.Wanted.Data.Dataset} has no version yet, and no outcome was joined. Ingest data with 'millrace data ingest {seen.Wanted.Data.Dataset} FILE', or name files under source."
                );
        }

        return seen.Ingest switch
        {
            { State: JobState.Succeeded, Result: { } result } => new LoopStep.AdoptDataset(
                result.Deserialize<IngestView>(Json.Options)!.Version
            ),
            { State: JobState.Cancelled } => Stopped(Stage.Ingest, "The ingestion was cancelled."),
            { State: JobState.Failed, Error: var error } => Stopped(Stage.Ingest, error ?? "The ingestion failed."),
            _ => new LoopStep.Wait(),
        };
    }

    private static LoopStep DecideTraining(LoopObservation seen)
    {
        if (seen.Runs.Count == 0)
        {
            return TooManyBroken(seen) is { } why ? Stopped(Stage.Ingest, why) : new LoopStep.StartRuns();
        }

        if (seen.Runs.Any(r => r.State is RunState.Queued or RunState.Running))
        {
            return new LoopStep.Wait();
        }

        return Best(seen.Runs) is { } best ? new LoopStep.Register(best.Id) : Stopped(Stage.Train, Why(seen.Runs));
    }

    /// <summary>A contract that few rows keep is wrong, or the data is; a key that was seen before is no fault of either.</summary>
    private static string? TooManyBroken(LoopObservation seen)
    {
        var (data, version) = (seen.Wanted.Data, seen.Dataset!);
        var faults = seen.Broken.Where(b => b.Rule is not "unique").ToList();
        var rows = version.RowsAdded + version.Quarantined;
        var broken = version.Quarantined - seen.Broken.Except(faults).Sum(b => b.Rows);
        return broken <= data.MaxQuarantined * rows
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{broken:N0} of the {rows:N0} rows that became {data.Dataset} v{version.Number} broke the contract, more than data.max_quarantined ({data.MaxQuarantined:0.##%}): {string.Join(", ", faults.Take(3).Select(b => $"{b.Column} {b.Rule} ({b.Rows:N0})".TrimStart()))}. Look at them with 'millrace data quarantine {data.Dataset}'; then correct the contract or the data, or raise max_quarantined, and apply the loop again."
            );
    }

    private static LoopStep DecideRelease(LoopObservation seen, ModelVersionView version) =>
        !seen.GatesAsked
            ? new LoopStep.StartGates()
            : version.Blessing switch
            {
                Blessing.Waiting => new LoopStep.Wait(),
                Blessing.Failed => Stopped(
                    Stage.Gates,
                    $"{version.Model} v{version.Number} may not serve: "
                        + string.Join("; ", version.Gates.Where(g => g.Passed is false).Select(g => g.Explanation))
                        + "."
                ),
                _ => DecideDeployment(seen, version),
            };

    private static LoopStep DecideDeployment(LoopObservation seen, ModelVersionView version)
    {
        if (seen.Wanted.Deploy is not { } deploy)
        {
            return new LoopStep.End(
                RetrainingState.Promoted,
                $"{version.Model} v{version.Number} passed its gates; the loop declares no endpoint."
            );
        }

        if (seen.DeployedAt is not null)
        {
            return new LoopStep.End(RetrainingState.Promoted, $"{version.Model} v{version.Number} serves.");
        }

        if (seen.Rollout is { } rollout)
        {
            return rollout.State switch
            {
                RolloutState.Running => IsOvertaken(seen, out var harm)
                    ? new LoopStep.AbortRollout($"It was trained before the harm began. {harm}")
                    : new LoopStep.Wait(),
                // The rollout moved the traffic; the retraining takes note of it.
                RolloutState.Promoted => new LoopStep.Deploy(),
                _ => new LoopStep.End(RetrainingState.Kept, rollout.Verdict),
            };
        }

        var isNew = seen.Champion != new ModelRef(version.Model, version.Number);
        // Where it began to serve since, it was this retraining that deployed it, and a kill that kept it from noting so.
        var isOurs = seen.ChampionSince >= seen.StartedAt;
        if (!isNew && !isOurs && seen.Trigger != TriggerKind.Applied)
        {
            return new LoopStep.End(
                RetrainingState.Kept,
                $"There was nothing new to learn: {version.Model} v{version.Number} serves already."
            );
        }

        if (seen is { WasTakenBack: true, Trigger: TriggerKind.Harm or TriggerKind.Schedule })
        {
            return new LoopStep.End(
                RetrainingState.Kept,
                $"There was nothing new to learn: {version.Model} v{version.Number} was taken back from {deploy.Endpoint} already. Deploy it by hand where it shall serve all the same."
            );
        }

        return isNew && seen.Champion?.Model == version.Model && deploy.Rollout.Canary.Count > 0
            ? new LoopStep.StartRollout()
            : new LoopStep.Deploy();
    }

    /// <summary>Harm that began after a scheduled training had taken its data must not wait until that one is judged.</summary>
    private static bool IsOvertaken(LoopObservation seen, out string harm)
    {
        harm = seen.Harm?.Sentence ?? "";
        return seen is { Wanted.Retrain.OnHarm: true, Harm: { Phase: HarmPhase.Harm, Since: { } since } }
            && seen.Trigger != TriggerKind.Harm
            && since > seen.StartedAt;
    }

    /// <summary>What many runs failed of is said once.</summary>
    private static string Why(IReadOnlyList<RunView> runs)
    {
        var causes = runs.GroupBy(r => r.Error ?? "it was cancelled.", StringComparer.Ordinal).ToList();
        return causes is [var one]
            ? $"No run finished: {one.Key}"
            : $"No run finished. {string.Join(" ", causes.Select(c => $"{string.Join(", ", c.Select(r => r.Name))}: {c.Key}"))}";
    }

    private static LoopStep.Stop Stopped(string stage, string why) => new(stage, why);
}
