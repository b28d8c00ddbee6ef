using System.Text.Json;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Loop.Reconciling;
using Millrace.Monitoring.Feedback;

namespace Millrace.Tests.Loop;

/// <summary>What a loop is seen to be at the stations of its way, and the views that it is put together from.</summary>
internal static class Observed
{
    public static readonly DateTimeOffset Now = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);

    public static readonly LoopObservation Declared = new()
    {
        Wanted = LoopReader.Read(
            """
            loop: churn
            data:
              source: customers.csv
            model:
              task: classify
              target: left
              try: [lightgbm, lightgbm: { num_leaves: 5 }]
            gates: [auc >= baseline]
            deploy: { endpoint: churn, rollout: { canary: [10%] } }
            """
        ),
        Prepared = true,
    };

    public static readonly LoopObservation Ingested = Declared with { Dataset = new(new(3), 10, 10, 0, 1, "h", Now) };

    public static readonly LoopObservation Registered = Ingested with
    {
        Runs = [Run(RunState.Finished, 0.7)],
        Version = Version(Blessing.Waiting),
    };

    public static HarmVerdict Harm(DateTimeOffset since) =>
        new()
        {
            Endpoint = new("churn"),
            Model = new("churn"),
            Version = new(7),
            Phase = HarmPhase.Harm,
            Evidence = 7,
            Threshold = 6,
            Reference = 0.1,
            Current = 0.3,
            Outcomes = 900,
            SinceOutcomes = 100,
            Since = since,
            Metric = "brier",
            HigherIsBetter = false,
        };

    public static RolloutView Rollout(RolloutState state) =>
        new()
        {
            Number = 1,
            Endpoint = new("churn"),
            Champion = new(new("churn"), new(7)),
            Challenger = new(new("churn"), new(1)),
            State = state,
            Steps = [0.1],
            Step = 0,
            Confidence = 0.99,
            Reason = "",
            Verdict = state == RolloutState.RolledBack ? "It is worse." : "",
            StartedAt = Now,
            Looks = [],
            LooksTaken = 0,
        };

    public static JobView Job(JobState state, string? error, JsonElement? result) =>
        new(new(new string('a', 32)), "ingest", "churn", state, null, "", error, result, Now, Now, Now);

    public static RunView Run(RunState state, double? score) =>
        new()
        {
            Id = RunId.New(TimeProvider.System),
            Name = "lightgbm on churn v3",
            Experiment = new("churn"),
            State = state,
            Algorithm = "lightgbm",
            PrimaryMetric = "auc",
            HigherIsBetter = true,
            Score = score,
            CreatedAt = Now,
            Error = state == RunState.Failed ? "out of memory." : null,
            Dataset = new("churn"),
            DatasetVersion = new(3),
            DatasetHash = "h",
            CodeVersion = "0",
            Seed = 1,
            Params = new Dictionary<string, string>(StringComparer.Ordinal),
            Metrics = new Dictionary<string, double>(StringComparer.Ordinal),
            Baseline = new Dictionary<string, double>(StringComparer.Ordinal),
            Tags = new Dictionary<string, string>(StringComparer.Ordinal),
        };

    public static ModelVersionView Version(Blessing blessing) =>
        new()
        {
            Model = new("churn"),
            Number = new(1),
            Description = "",
            Tags = new Dictionary<string, string>(StringComparer.Ordinal),
            Aliases = [],
            Task = "classify",
            Algorithm = "lightgbm",
            Hash = "h",
            CreatedAt = Now,
            Blessing = blessing,
            Note = "",
            Gates = [new("auc >= 0.5", blessing != Blessing.Failed, 0.4, 0.5, "auc 0.4 is below 0.5")],
            Metrics = new Dictionary<string, double>(StringComparer.Ordinal),
            Baseline = new Dictionary<string, double>(StringComparer.Ordinal),
            PrimaryMetric = "auc",
            Inputs = [],
            Files = [],
            Lineage = new(new("churn"), new(3), "h", "r", new(new string('b', 32)), new("churn"), null, "0", 1, []),
        };
}
