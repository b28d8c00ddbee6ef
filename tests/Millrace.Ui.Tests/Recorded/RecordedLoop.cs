using System.Globalization;
using Millrace.Api;
using Millrace.Core;
using static Millrace.Ui.Tests.Recorded.RecordedMonitor;

namespace Millrace.Ui.Tests.Recorded;

/// <summary>A loop that has turned in every way there is, and its record.</summary>
internal static class RecordedLoop
{
    private static readonly ModelName Model = new("movie-night");

    private static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>(
        StringComparer.Ordinal
    );

    public static LoopView View() =>
        new()
        {
            Name = new("movie-night"),
            Description = "What should each viewer watch next?",
            Owner = "personalisation",
            Tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["domain"] = "video" },
            Generation = 2,
            AppliedAt = First.AddDays(-3),
            Yaml = """
                loop: movie-night
                description: What should each viewer watch next?
                data:
                  source: predictions
                  event_time: timestamp
                model:
                  task: recommend
                  user: user_id
                  item: movie_id
                  try: [popularity, item_knn]
                  window: 30d
                gates:
                  - hit_rate@10 >= baseline
                deploy:
                  endpoint: movie-night
                  rollout: { canary: [5%, 25%], confidence: 99% }
                  replicas: { min: 0, max: 4, target_concurrency: 16 }
                monitor:
                  outcome: { item: movie_id, within: 7d }
                  watch: hit_rate@10
                retrain:
                  on: [harm, { every: 30d }]
                  cooldown: 1d

                """,
            State = StageState.Running,
            Stages =
            [
                new(
                    "ingest",
                    StageState.Done,
                    "141,695 rows",
                    "",
                    null,
                    "/datasets/movie-night?version=7",
                    Now.AddHours(-20)
                ),
                new(
                    "train",
                    StageState.Done,
                    "hit_rate@10 0.1851",
                    "",
                    null,
                    $"/runs/{Recordings.Run}",
                    Now.AddHours(-20)
                ),
                new("register", StageState.Done, "v6", "", null, "/models/movie-night/versions/6", Now.AddHours(-19)),
                new(
                    "gates",
                    StageState.Done,
                    "2 of 2 passed",
                    "",
                    null,
                    "/models/movie-night/versions/6",
                    Now.AddHours(-19)
                ),
                new(
                    "deploy",
                    StageState.Running,
                    "v6 gets 25 %",
                    "Watching what comes of it",
                    0.66,
                    "/endpoints/movie-night?tab=rollouts",
                    Now.AddHours(-9)
                ),
                new(
                    "monitor",
                    StageState.Done,
                    "hit_rate@10 0.1762",
                    "",
                    null,
                    "/endpoints/movie-night?tab=monitor",
                    Now.AddSeconds(-40)
                ),
            ],
            Dataset = new("movie-night"),
            DatasetVersion = new(7),
            Runs = [Recordings.Run],
            Model = new ModelRef(Model, new(6)),
            Endpoint = new("movie-night"),
            Retrainings = Retrainings(),
        };

    public static IReadOnlyList<RetrainingView> Retrainings() =>
        [
            new(
                7,
                TriggerKind.Person,
                "Ada: the autumn releases are in",
                RetrainingState.Running,
                "",
                Now.AddHours(-20),
                null,
                new(7),
                new ModelRef(Model, new(6)),
                [
                    Trained("hit_rate@10 0.1851"),
                    new("gates", StageState.Done, "2 of 2 passed", "", null, "/models/movie-night/versions/6", null),
                    new(
                        "deploy",
                        StageState.Running,
                        "25 %",
                        "Rollout 4: v6 gets 25 % of the requests",
                        0.66,
                        null,
                        null
                    ),
                ]
            ),
            Turn(
                6,
                TriggerKind.Harm,
                "Evidence 3,400,000 of 1,000,000 that v3 does harm",
                RetrainingState.Promoted,
                "v5 serves: it is safe by evidence 1,300 of 100.",
                45,
                48.4,
                6,
                5
            ),
            Turn(
                5,
                TriggerKind.Harm,
                "Evidence 2,600,000 of 1,000,000 that v3 does harm",
                RetrainingState.Kept,
                "v4 was worse on 5 % of the requests and was rolled back; v3 goes on serving.",
                43.3,
                38.5,
                5,
                4
            ),
            new(
                4,
                TriggerKind.Harm,
                "Evidence 1,100,000 of 1,000,000 that v3 does harm",
                RetrainingState.Failed,
                "The child process died: it was out of memory. Tried again after 1 h.",
                First.AddDays(43.1),
                First.AddDays(43.1).AddMinutes(3),
                new(5),
                null,
                [new("train", StageState.Failed, "", "out of memory", null, $"/runs/{Recordings.Run}", null)]
            ),
            Turn(
                3,
                TriggerKind.Schedule,
                "Every 30 days",
                RetrainingState.Promoted,
                "v3 serves: it is safe by evidence 140 of 100.",
                25.5,
                12.2,
                4,
                3
            ),
            Turn(
                2,
                TriggerKind.Schedule,
                "Every 30 days",
                RetrainingState.Kept,
                "No new rows since the last time: nothing to learn from.",
                -4,
                0.01,
                3,
                null
            ),
            Turn(
                1,
                TriggerKind.Applied,
                "The loop was declared",
                RetrainingState.Promoted,
                "v2 serves.",
                -33,
                0.1,
                2,
                2
            ),
        ];

    public static IReadOnlyList<AuditEntry> Audit() =>
        [
            Rollout(
                31,
                Now.AddHours(-9),
                "rollout advanced",
                6,
                0.25,
                "Safe enough for the next step: evidence 9.5 of 100"
            ),
            Rollout(30, Now.AddHours(-19), "rollout started", 6, 0.05, "Training 7 of movie-night"),
            Entry(29, Now.AddHours(-19), "millrace", "blessed", "model", "movie-night v6", "it passed all 2 gates."),
            Entry(
                28,
                Now.AddHours(-19.1),
                "millrace",
                "registered",
                "model",
                "movie-night v6",
                "Best of 2 by the loop movie-night"
            ),
            Entry(
                27,
                Now.AddHours(-19.3),
                "millrace",
                "trained",
                "run",
                "item_knn on movie-night v7",
                "hit_rate@10 0.1851",
                ("run", Recordings.Run.Value)
            ),
            Entry(26, Now.AddHours(-19.9), "millrace", "ingested", "dataset", "movie-night v7", "The loop movie-night"),
            Turned(25, Now.AddHours(-20), "ada", "triggered", 7, "The autumn releases are in"),
            Turned(24, First.AddDays(47), "millrace", "completed", 6, "v5 serves"),
            Rollout(
                23,
                First.AddDays(47),
                "rollout promoted",
                5,
                1,
                "v5 is safe: evidence 1,300 of 100 after 158 outcomes"
            ),
            Rollout(
                22,
                First.AddDays(46),
                "rollout advanced",
                5,
                0.25,
                "Safe enough for the next step: evidence 12 of 100"
            ),
            Rollout(21, First.AddDays(45.2), "rollout started", 5, 0.05, "Training 6 of movie-night"),
            Entry(20, First.AddDays(45.1), "millrace", "blessed", "model", "movie-night v5", "it passed all 2 gates."),
            Turned(
                19,
                First.AddDays(45),
                "millrace",
                "triggered",
                6,
                "Evidence 3,400,000 of 1,000,000 that v3 does harm"
            ),
            Turned(18, First.AddDays(44.9), "millrace", "kept", 5, "v4 was worse on 5 % of the requests"),
            Rollout(
                17,
                First.AddDays(44.9),
                "rollout rolled back",
                4,
                0,
                "v4 is worse: evidence 250 of 100 after 46 outcomes"
            ),
            Rollout(16, First.AddDays(44), "rollout started", 4, 0.05, "Training 5 of movie-night"),
            Turned(
                15,
                First.AddDays(43.3),
                "millrace",
                "triggered",
                5,
                "Evidence 2,600,000 of 1,000,000 that v3 does harm"
            ),
        ];

    public static IReadOnlyList<AlertView> Alerts() =>
        [
            Alert(
                9,
                -0.1,
                AlertSeverity.Critical,
                "harm",
                "campaign",
                "campaign v7 does harm: evidence 2,100,000 of 1,000,000. Training 3 of campaign was started.",
                "delivered",
                null
            ),
            Alert(
                8,
                -2,
                AlertSeverity.Warning,
                "replica-died",
                "movie-night",
                "Replica 48,102 died with exit code 137; another one starts. Its 3 unanswered requests went to the others.",
                "failed: connection refused, tried 3 times",
                null
            ),
            Alert(
                7,
                -30,
                AlertSeverity.Warning,
                "shift",
                "movie-night",
                "The input age has shifted: PSI 0.31. Nothing was retrained: no harm shows.",
                "delivered",
                null
            ),
            Alert(
                6,
                -324,
                AlertSeverity.Info,
                "promoted",
                "movie-night",
                "v5 serves at movie-night: it is safe by evidence 1,300 of 100.",
                "delivered",
                Now.AddHours(-320)
            ),
            Alert(
                5,
                -374,
                AlertSeverity.Warning,
                "rolled-back",
                "movie-night",
                "v4 was worse on 5 % of the requests and was rolled back.",
                "delivered",
                Now.AddHours(-373)
            ),
            Alert(
                4,
                -417,
                AlertSeverity.Critical,
                "retraining-failed",
                "movie-night",
                "Training 4 failed: the child process died, out of memory. The champion v3 goes on serving; the next try is in 1 h.",
                "none",
                Now.AddHours(-416)
            ),
        ];

    private static StageView Trained(string headline) =>
        new("train", StageState.Done, headline, "", null, $"/runs/{Recordings.Run}", null);

    private static RetrainingView Turn(
        int number,
        TriggerKind trigger,
        string reason,
        RetrainingState state,
        string result,
        double day,
        double hours,
        int data,
        int? version
    ) =>
        new(
            number,
            trigger,
            reason,
            state,
            result,
            First.AddDays(day),
            First.AddDays(day).AddHours(hours),
            new(data),
            version is { } v ? new ModelRef(Model, new(v)) : null,
            version is null ? [] : [Trained($"hit_rate@10 {0.17 + number / 400.0:0.0000}")]
        );

    private static AuditEntry Entry(
        long number,
        DateTimeOffset at,
        string actor,
        string action,
        string kind,
        string subject,
        string reason,
        params (string Key, string Value)[] details
    ) =>
        new(
            number,
            at,
            actor,
            action,
            kind,
            subject,
            reason,
            details.Length == 0 ? None : details.ToDictionary(d => d.Key, d => d.Value, StringComparer.Ordinal)
        );

    private static AuditEntry Turned(
        long number,
        DateTimeOffset at,
        string actor,
        string action,
        int turn,
        string reason
    ) =>
        Entry(
            number,
            at,
            actor,
            action,
            "loop",
            "movie-night",
            reason,
            ("retraining", turn.ToString(CultureInfo.InvariantCulture))
        );

    private static AuditEntry Rollout(
        long number,
        DateTimeOffset at,
        string action,
        int challenger,
        double share,
        string reason
    ) =>
        Entry(
            number,
            at,
            "millrace",
            action,
            "endpoint",
            "movie-night",
            reason,
            ("challenger", $"movie-night v{challenger}"),
            ("share", share.ToString(CultureInfo.InvariantCulture))
        );

    private static AlertView Alert(
        long number,
        double hours,
        AlertSeverity severity,
        string kind,
        string subject,
        string message,
        string delivery,
        DateTimeOffset? seen
    ) => new(number, Now.AddHours(hours), severity, kind, subject, message, delivery, seen);
}
