using System.Globalization;
using Millrace.Api;

namespace Millrace.Loop.Reconciling;

/// <summary>A loop's stages as people see them: state, the latest number, and what goes on or went wrong.</summary>
internal static class LoopStages
{
    public static IReadOnlyList<StageView> Describe(LoopObservation seen) =>
        [Ingest(seen), Train(seen), Register(seen), Gates(seen), Deploy(seen), Monitor(seen)];

    public static StageState Overall(IReadOnlyList<StageView> stages) =>
        stages.Any(s => s.State == StageState.Failed) ? StageState.Failed
        : stages.All(s => s.State is StageState.Done or StageState.Absent) ? StageState.Done
        : StageState.Running;

    /// <summary>The furthest stage's number: what a list of loops shows.</summary>
    public static string Headline(IReadOnlyList<StageView> stages) =>
        stages.FirstOrDefault(s => s.State is StageState.Failed)?.Message
        ?? stages.FirstOrDefault(s => s.State is StageState.Running) switch
        {
            { } running => running.Message.Length > 0 ? running.Message : running.Name,
            null => stages.LastOrDefault(s => s.State == StageState.Done)?.Headline ?? "",
        };

    private static StageView Ingest(LoopObservation seen) =>
        seen.Dataset is { } version && seen.FailedAt is not Stage.Ingest
            ? new(
                Stage.Ingest,
                StageState.Done,
                $"{Count(version.Rows)} rows",
                $"{seen.Wanted.Data.Dataset} v{version.Number}"
                    + (
                        version.Quarantined > 0
                            ? $", {Count(version.Quarantined)} of {Count(version.RowsAdded + version.Quarantined)} rows in quarantine"
                            : ""
                    ),
                1,
                $"/datasets/{seen.Wanted.Data.Dataset}?version={version.Number}",
                version.CreatedAt
            )
            // There may be no dataset to look at yet.
            : Begun(
                seen,
                Stage.Ingest,
                seen.Ingest?.Done,
                seen.Ingest?.Doing ?? "Starting",
                seen.Dataset is null ? null : $"/datasets/{seen.Wanted.Data.Dataset}?tab=quarantine"
            );

    private static StageView Train(LoopObservation seen)
    {
        if (seen.Dataset is null || seen.FailedAt is Stage.Ingest)
        {
            return Waiting(Stage.Train);
        }

        if (seen.Runs.Count == 0 || seen.Version is null)
        {
            var done = seen.Runs.Count == 0 ? null : (double?)seen.Runs.Average(r => r.Done ?? 0);
            var now = seen.Runs.FirstOrDefault(r => r.State == RunState.Running);
            var doing = now is null ? "Waiting in line" : $"{now.Algorithm}: {now.Doing}";
            return Begun(seen, Stage.Train, done, doing, $"/runs?experiment={seen.Wanted.Loop}");
        }

        var best = LoopPolicy.Best(seen.Runs);
        var others = seen.Runs.Where(r => r.Id != best?.Id).Select(r => $"{r.Algorithm} {Score(r.Score)}").ToList();
        return new(
            Stage.Train,
            StageState.Done,
            best is null ? "" : $"{best.PrimaryMetric} {Score(best.Score)}",
            best is null
                ? ""
                : $"{best.Algorithm} is best" + (others.Count > 0 ? $" (then {string.Join(", ", others)})" : ""),
            1,
            best is null ? null : $"/runs/{best.Id}",
            best?.EndedAt
        );
    }

    private static StageView Register(LoopObservation seen) =>
        seen.Version is { } version
            ? new(
                Stage.Register,
                StageState.Done,
                $"v{version.Number}",
                $"{version.Model} v{version.Number}, {version.Algorithm}",
                1,
                Link(version),
                version.CreatedAt
            )
        : seen.FailedAt is Stage.Register ? Stopped(seen, $"/models/{seen.Wanted.Loop}")
        : Waiting(Stage.Register);

    private static StageView Gates(LoopObservation seen)
    {
        if (seen.Version is not { } version)
        {
            return Waiting(Stage.Gates);
        }

        return version.Blessing == Blessing.Passed
            ? new(
                Stage.Gates,
                StageState.Done,
                version.Gates.Count == 0 ? "none declared" : $"{version.Gates.Count} of {version.Gates.Count} passed",
                string.Join("; ", version.Gates.Select(g => g.Explanation)),
                1,
                Link(version),
                version.CreatedAt
            )
            : Begun(
                seen,
                Stage.Gates,
                null,
                "Scoring the version, the champion and the baseline on the same rows",
                Link(version)
            ) with
            {
                Headline =
                    version.Blessing == Blessing.Failed
                        ? $"{version.Gates.Count(g => g.Passed is false)} of {version.Gates.Count} failed"
                        : "",
            };
    }

    private static StageView Deploy(LoopObservation seen)
    {
        if (seen.Wanted.Deploy is not { } deploy)
        {
            return new(Stage.Deploy, StageState.Absent, "", "The loop declares no endpoint.", null, null, null);
        }

        return seen.DeployedAt is { } at
                ? new(
                    Stage.Deploy,
                    seen.Champion is null ? StageState.Waiting : StageState.Done,
                    seen.Champion is { } serves ? $"{Short(seen, serves)} serves" : "nothing serves",
                    seen.Serves
                        ? $"POST /predict/{deploy.Endpoint}"
                        : $"v{seen.Version!.Number} was deployed, and then replaced by hand",
                    1,
                    $"/endpoints/{deploy.Endpoint}",
                    at
                )
            : seen.FailedAt is Stage.Deploy ? Stopped(seen, $"/endpoints/{deploy.Endpoint}")
            : seen.State == RetrainingState.Kept
                ? new(
                    Stage.Deploy,
                    seen.Champion is null ? StageState.Waiting : StageState.Done,
                    seen.Champion is { } champion ? $"{Short(seen, champion)} serves on" : "",
                    seen.Result,
                    1,
                    $"/endpoints/{deploy.Endpoint}",
                    null
                )
            : seen.Rollout is { State: RolloutState.Running } rollout
                ? new(
                    Stage.Deploy,
                    StageState.Running,
                    $"v{rollout.Challenger.Version} gets {Share(rollout.Steps[rollout.Step])}",
                    rollout.Looks is [.., var look] ? look.Verdict : "Waiting for outcomes to compare",
                    (double)rollout.Step / rollout.Steps.Count,
                    $"/endpoints/{deploy.Endpoint}",
                    rollout.StartedAt
                )
            : seen.Champion is { } before
                ? Waiting(Stage.Deploy) with
                {
                    Headline = $"{Short(seen, before)} serves on",
                    Link = $"/endpoints/{deploy.Endpoint}",
                }
            : Waiting(Stage.Deploy);
    }

    /// <summary>Watching never ends, so it is done whenever there is something to watch by.</summary>
    private static StageView Monitor(LoopObservation seen)
    {
        if (seen.Wanted is not { Monitor: not null, Deploy: { } deploy })
        {
            return new(Stage.Monitor, StageState.Absent, "", "The loop declares no monitor.", null, null, null);
        }

        var link = $"/endpoints/{deploy.Endpoint}?tab=monitor";
        return seen.Harm is not { } verdict
            ? Waiting(Stage.Monitor) with
            {
                // Nothing serves yet, or nothing came of it: the loop is not waiting for a step of its own.
                State = seen.State == RetrainingState.Running ? StageState.Waiting : StageState.Absent,
                Link = link,
            }
            : new(
                Stage.Monitor,
                StageState.Done,
                verdict.Current is { } current ? $"{verdict.Metric} {Score(current)}" : "no outcome yet",
                verdict.Sentence,
                null,
                link,
                verdict.Since
            );
    }

    private static StageView Begun(LoopObservation seen, string stage, double? done, string doing, string? link) =>
        string.Equals(seen.FailedAt, stage, StringComparison.Ordinal)
            ? Stopped(seen, link)
            : new(stage, StageState.Running, "", doing, done, link, null);

    private static StageView Stopped(LoopObservation seen, string? link) =>
        new(seen.FailedAt!, StageState.Failed, "", seen.Result, null, link, null);

    private static StageView Waiting(string stage) => new(stage, StageState.Waiting, "", "", null, null, null);

    /// <summary>The model is named only where it is not the loop's own.</summary>
    private static string Short(LoopObservation seen, ModelRef served) =>
        string.Equals(served.Model.Value, seen.Wanted.Loop.Value, StringComparison.Ordinal)
            ? $"v{served.Version}"
            : $"{served.Model} v{served.Version}";

    private static string Link(ModelVersionView version) => $"/models/{version.Model}/versions/{version.Number}";

    private static string Share(double share) => share.ToString("0.#%", CultureInfo.InvariantCulture);

    private static string Count(long n) => n.ToString("N0", CultureInfo.InvariantCulture);

    private static string Score(double? x) => x?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "failed";
}
