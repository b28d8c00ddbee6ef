using Millrace.Api;
using Millrace.Core;
using static Millrace.Ui.Tests.Recorded.RecordedMonitor;

namespace Millrace.Ui.Tests.Recorded;

/// <summary>A loop that has turned in every way there is.</summary>
internal static class RecordedLoop
{
    private static readonly ModelName Model = new("movie-night");

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
}
