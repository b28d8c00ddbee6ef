using System.Text.Json;
using Millrace.Api;
using Millrace.Core;
using static Millrace.Ui.Tests.Recorded.RecordedMonitor;

namespace Millrace.Ui.Tests.Recorded;

/// <summary>An endpoint with what served there, what is being rolled out, and how many copies answer.</summary>
internal static class RecordedServing
{
    private static readonly ModelName Model = new("movie-night");

    public static EndpointView Endpoint() =>
        new()
        {
            Name = new("movie-night"),
            Model = Model,
            Version = new(5),
            Task = "recommend",
            DeployedAt = First.AddDays(47),
            Previous = new ModelRef(Model, new(3)),
            Inputs = [new InputView("user_id", "int64")],
            Example = JsonSerializer.Deserialize<JsonElement>("""{"user_id":4127}"""),
            Statistics = new EndpointStatistics(98_432, 17, 1.84, 7.31),
            History =
            [
                Deployed(5, 47, "promoted", "The challenger is safe: evidence 1,300 of 100"),
                Deployed(3, 44.9, "rolled back", "The challenger v4 is worse: evidence 250 of 100"),
                Deployed(3, 26, "promoted", "The challenger is safe: evidence 140 of 100"),
                Deployed(2, -3, "deployed", "It passed the gates of the loop movie-night"),
            ],
        };

    /// <summary>One that serves what was promoted third, whose monitor sees harm.</summary>
    public static EndpointView Harmed() =>
        Endpoint() with
        {
            Name = new("harmed"),
            Version = new(3),
            DeployedAt = RecordedMonitor.View(HarmPhase.Harm).DeployedAt,
            Previous = new ModelRef(Model, new(2)),
            History = [.. Endpoint().History.Skip(2).Select(h => h with { At = h.At + RecordedMonitor.HarmLater })],
        };

    public static EndpointView Quiet() =>
        Endpoint() with
        {
            Name = new("quiet"),
            Model = new("staying"),
            Version = new(1),
            Task = "classify",
            DeployedAt = Now.AddMinutes(-25),
            Previous = null,
            Statistics = new EndpointStatistics(3, 0, 2.1, 4.4),
            History = [],
        };

    public static IReadOnlyList<RolloutView> Rollouts() => [Running(), Ended(3), Ended(2), Ended(1)];

    public static RolloutView Running() =>
        new()
        {
            Number = 4,
            Endpoint = new("movie-night"),
            Champion = new ModelRef(Model, new(5)),
            Challenger = new ModelRef(Model, new(6)),
            State = RolloutState.Running,
            Steps = [0.05, 0.25],
            Step = 1,
            Confidence = 0.99,
            Reason = "Ada asked: the autumn releases are in",
            Verdict = "",
            StartedAt = Now.AddHours(-19),
            Traffic = new RolloutTraffic(31_204, 5_177, 2),
            Looks = Decided(Looks(4)),
            LooksTaken = 5,
        };

    /// <summary>Every look at a rollout, newest first.</summary>
    public static IReadOnlyList<RolloutLook> Looks(int rollout) =>
        rollout switch
        {
            4 =>
            [
                Look(-0.1, 0.25, 5_190, 818, 0.1762, 0.1839, -0.94, 1.62, GoesOn),
                Look(-5, 0.25, 4_105, 460, 0.1764, 0.1848, -0.77, 1.31, GoesOn),
                Look(-9, 0.05, 3_240, 171, 0.1767, 0.1871, -0.52, 0.98, "safe enough for the next step: 25 %"),
                Look(-14, 0.05, 1_610, 85, 0.1758, 0.1882, -0.31, 0.41, GoesOn),
                Look(-18.5, 0.05, 402, 21, 0.1741, 0.1905, -0.05, 0.02, GoesOn),
            ],
            3 =>
            [
                Look(-348, 0.25, 820, 158, 0.1133, 0.1709, -0.9, 3.11, "safe: promoted"),
                Look(-370, 0.05, 380, 20, 0.114, 0.15, -0.2, 0.4, GoesOn),
            ],
            2 =>
            [
                Look(-374, 0.05, 410, 46, 0.1185, 0.0652, 2.4, -1.2, "worse: rolled back"),
                Look(-390, 0.05, 190, 22, 0.1204, 0.0909, 1.1, -0.4, GoesOn),
            ],
            _ => [],
        };

    public static Page<RolloutLook> LooksPage(int rollout) => new(Looks(rollout), Looks(rollout).Count);

    /// <summary>Those that changed something, and the newest, oldest first.</summary>
    private static IReadOnlyList<RolloutLook> Decided(IReadOnlyList<RolloutLook> looks) =>
        [.. looks.Where((l, i) => i == 0 || l.Verdict is not GoesOn).Reverse()];

    public static RolloutView Ended(int number) =>
        number switch
        {
            3 => Running() with
            {
                Traffic = null,
                Number = 3,
                Champion = new ModelRef(Model, new(3)),
                Challenger = new ModelRef(Model, new(5)),
                State = RolloutState.Promoted,
                Step = 1,
                Reason = "Training 6: harm",
                Verdict = "v5 is safe: evidence 1,300 of 100 after 158 outcomes.",
                StartedAt = First.AddDays(45),
                EndedAt = First.AddDays(47),
                Looks = Decided(Looks(3)),
                LooksTaken = 2,
            },
            2 => Running() with
            {
                Traffic = null,
                Number = 2,
                Champion = new ModelRef(Model, new(3)),
                Challenger = new ModelRef(Model, new(4)),
                State = RolloutState.RolledBack,
                Step = 0,
                Reason = "Training 5: harm",
                Verdict = "v4 is worse: evidence 250 of 100 after 46 outcomes.",
                StartedAt = First.AddDays(44),
                EndedAt = First.AddDays(44.9),
                Looks = Decided(Looks(2)),
                LooksTaken = 2,
            },
            _ => Running() with
            {
                Traffic = null,
                Number = 1,
                Champion = new ModelRef(Model, new(2)),
                Challenger = new ModelRef(Model, new(3)),
                State = RolloutState.Aborted,
                Step = 0,
                Reason = "Training 3: every 30 days",
                Verdict = "Ada: the catalogue was broken",
                StartedAt = First.AddDays(24),
                EndedAt = First.AddDays(24.2),
                Looks = [],
                LooksTaken = 0,
            },
        };

    public static ReplicasView Replicas()
    {
        int[] wanted = [0, 0, 1, 1, 2, 3, 4, 4, 4, 4, 3, 3, 2, 2, 1, 1, 0, 0, 0, 1, 2, 3, 3, 3];
        int[] ready = [0, 0, 0, 1, 1, 2, 3, 4, 4, 4, 4, 3, 3, 2, 2, 1, 1, 0, 0, 0, 1, 1, 2, 2];
        double[] flight = [0, 0, 3, 9, 22, 41, 58, 61, 60, 52, 44, 40, 28, 25, 12, 9, 2, 0, 0, 6, 19, 37, 44, 43];
        return new ReplicasView
        {
            Endpoint = new("movie-night"),
            Min = 0,
            Max = 4,
            TargetConcurrency = 16,
            Wanted = 3,
            Ready = 2,
            InFlight = 43,
            Held = 5,
            Replicas =
            [
                new(48_211, ReplicaState.Ready, Now.AddMinutes(-9), 22, 18_402),
                new(48_377, ReplicaState.Ready, Now.AddMinutes(-5), 21, 7_113),
                new(48_502, ReplicaState.Starting, Now.AddSeconds(-2), 0, 0),
            ],
            History =
            [
                .. wanted.Select((w, i) => new ReplicaPoint(Now.AddMinutes((i - 23) * 2.5), w, ready[i], flight[i])),
            ],
        };
    }

    public static ReplicasView InProcess() =>
        Replicas() with
        {
            Endpoint = new("quiet"),
            Min = 1,
            Max = 1,
            Wanted = 1,
            Ready = 1,
            InFlight = 0,
            Held = 0,
            Replicas = [],
            History = [],
        };

    public static IReadOnlyList<LoggedPrediction> Predictions() =>
        [
            .. Enumerable
                .Range(0, 4)
                .Select(i => new LoggedPrediction(
                    $"01a20b6bb8{i:x2}5e7f9a3c4d5e6f708192a3",
                    Now.AddSeconds(-3 - 11 * i),
                    new("movie-night"),
                    Model,
                    new(i == 2 ? 6 : 5),
                    JsonSerializer.Deserialize<JsonElement>($$"""{"user_id":{{4127 + 37 * i}}}"""),
                    JsonSerializer.Deserialize<JsonElement>(
                        """{"items":[{"item":1375666,"score":0.61},{"item":816692,"score":0.55},{"item":2015381,"score":0.52}]}"""
                    )
                )),
        ];

    private static DeploymentView Deployed(int version, double day, string action, string reason) =>
        new(Model, new(version), First.AddDays(day), "millrace", reason, action);

    private const string GoesOn = "goes on";

    private static RolloutLook Look(
        double hours,
        double share,
        long champion,
        long challenger,
        double championMetric,
        double challengerMetric,
        double worse,
        double safe,
        string verdict
    ) =>
        new(
            Now.AddHours(hours),
            share,
            champion,
            challenger,
            championMetric,
            challengerMetric,
            worse,
            safe,
            2,
            verdict,
            "hit_rate@10"
        );
}
