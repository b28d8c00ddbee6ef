using System.Globalization;
using Millrace.Api;
using static Millrace.Ui.Tests.Recorded.RecordedMonitor;

namespace Millrace.Ui.Tests.Recorded;

/// <summary>What the audit log and the alerts say of the loop that has turned in every way there is.</summary>
internal static class RecordedAudit
{
    private static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>(
        StringComparer.Ordinal
    );

    public static IReadOnlyList<AuditEntry> Entries() =>
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
