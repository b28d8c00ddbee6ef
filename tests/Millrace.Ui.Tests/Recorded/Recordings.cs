using Millrace.Api;
using Millrace.Core;

namespace Millrace.Ui.Tests.Recorded;

/// <summary>What a server said once, as the wire records have it.</summary>
internal static class Recordings
{
    public static readonly DateTimeOffset At = new(2026, 3, 14, 11, 57, 0, TimeSpan.Zero);

    public static readonly RunId Run = new("0195a1b2c3d4e5f60718293a4b5c6d7e");

    private static readonly IReadOnlyDictionary<string, string> NoTags = new Dictionary<string, string>(
        StringComparer.Ordinal
    );

    public static LoopView Loop(bool running) =>
        new()
        {
            Name = new("staying"),
            Description = "Who will leave?",
            Owner = "retention",
            Tags = NoTags,
            Generation = 1,
            AppliedAt = At,
            Yaml = "loop: staying\n",
            State = running ? StageState.Running : StageState.Done,
            Stages =
            [
                new("ingest", StageState.Done, "1,500 rows", "", null, "/datasets/subscribers?version=1", At),
                running
                    ? new("train", StageState.Running, "", "Learning the trees", 0.4, $"/runs/{Run}", At)
                    : new("train", StageState.Done, "auc 0.8123", "", null, $"/runs/{Run}", At),
                Stage("register", running, "version 1"),
                Stage("gates", running, "2 of 2 passed"),
                Stage("deploy", running, "staying v1"),
            ],
            Dataset = new("subscribers"),
            DatasetVersion = null,
            Runs = [],
        };

    public static RunView RunView(RunState state) =>
        new()
        {
            Id = Run,
            Name = "lightgbm-1",
            Experiment = new("staying"),
            State = state,
            Algorithm = "lightgbm",
            PrimaryMetric = "auc",
            HigherIsBetter = true,
            Score = state is RunState.Finished ? 0.8123 : null,
            CreatedAt = At,
            StartedAt = At,
            EndedAt = state is RunState.Running ? null : At.AddSeconds(3.2),
            Done = state is RunState.Running ? 0.4 : null,
            Doing = "Learning the trees",
            Error = state is RunState.Failed ? "The child process died: it was out of memory." : null,
            Dataset = new("subscribers"),
            DatasetVersion = new(1),
            DatasetHash = new string('a', 64),
            CodeVersion = "0.1.0",
            Seed = 7,
            Params = NoTags,
            Metrics = new Dictionary<string, double>(StringComparer.Ordinal) { ["auc"] = 0.8123 },
            Baseline = new Dictionary<string, double>(StringComparer.Ordinal) { ["auc"] = 0.5 },
            Tags = NoTags,
        };

    public static DatasetVersionView DatasetVersion() =>
        new()
        {
            Dataset = new("movie-night"),
            Number = new(7),
            Hash = new string('b', 64),
            Rows = 141_695,
            RowsAdded = 2_310,
            Quarantined = 0,
            Bytes = 1_340_000,
            CreatedAt = At,
            Columns = [],
            Files = [],
            Sources = [new FileView("/data/ratings-2026-03.csv.gz", 48_256, 2_310, new string('c', 64))],
            Broken = [],
        };

    public static AuditEntry Deployed(int number) =>
        new(number, At, "ada", "deployed", "model", "staying v3", "The gates passed.", NoTags);

    private static StageView Stage(string name, bool isWaiting, string headline) =>
        new(name, isWaiting ? StageState.Waiting : StageState.Done, isWaiting ? "" : headline, "", null, null, At);
}
