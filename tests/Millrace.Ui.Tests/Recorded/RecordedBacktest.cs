using System.Globalization;
using Millrace.Api;
using static Millrace.Ui.Tests.Recorded.RecordedMonitor;

namespace Millrace.Ui.Tests.Recorded;

/// <summary>Three policies over nine months: never sinks, daily stays up, harm stays up for a fraction of the work.</summary>
internal static class RecordedBacktest
{
    public const string Done = "01a30c7dd40177aa8b";

    public const string Running = "01a30c9e2203c1f07d";

    public const string Failed = "01a30b11a9d48e2c55";

    private static readonly DateTimeOffset From = new(2025, 6, 1, 0, 0, 0, TimeSpan.Zero);

    public static IReadOnlyList<BacktestSummary> Summaries() =>
        [
            new(Running, new("movie-night"), JobState.Running, ["never", "every:7d", "harm"], Now.AddMinutes(-2)),
            new(Done, new("movie-night"), JobState.Succeeded, ["never", "every:1d", "harm"], Now.AddHours(-3)),
            new(Failed, new("campaign"), JobState.Failed, ["harm"], Now.AddDays(-2)),
        ];

    public static BacktestView View(JobState state) =>
        new()
        {
            Id = state switch
            {
                JobState.Succeeded => Done,
                JobState.Failed => Failed,
                _ => Running,
            },
            Loop = new("movie-night"),
            Job = new JobView(
                new("01a30c7dd40177aa8b0d1e2f30415263"),
                "backtest",
                "movie-night",
                state,
                state is JobState.Running ? 0.37 : null,
                state is JobState.Running ? "harm: 14 Sep 2025, 21,344 of 57,800 outcomes" : "",
                state is JobState.Failed
                    ? "The column timestamp has no value before 2025-06-01: there is nothing to learn from before the first prediction. Give --from a later date."
                    : null,
                null,
                Now.AddHours(-3),
                Now.AddHours(-3),
                state is JobState.Running ? null : Now.AddHours(-3).AddMinutes(4)
            ),
            CreatedAt = Now.AddHours(-3),
            Result = state is JobState.Succeeded ? Result() : null,
        };

    /// <summary>The same of rows that have no time.</summary>
    public static BacktestView Undated()
    {
        var (view, dated) = (View(JobState.Succeeded), Result());
        var since = dated.From - DateTimeOffset.UnixEpoch;
        return view with
        {
            Result = dated with
            {
                HasDates = false,
                From = dated.From - since,
                To = dated.To - since,
                Policies =
                [
                    .. dated.Policies.Select(p =>
                        p with
                        {
                            ByMonth = Enumerable
                                .Range(6, 5)
                                .ToDictionary(i => $"tenth {i:00}", _ => p.Metric, StringComparer.Ordinal),
                            Curve = [.. p.Curve.Select(c => c with { At = c.At - since })],
                            RetrainedAt = [.. p.RetrainedAt.Select(at => at - since)],
                        }
                    ),
                ],
            },
        };
    }

    private static BacktestResult Result() =>
        new()
        {
            Metric = "hit_rate@10",
            HigherIsBetter = true,
            From = From,
            To = From.AddDays(273),
            Outcomes = 57_800,
            Policies =
            [
                Policy("never", day => 0.168 - 0.1 * Math.Min(1, day / 110.0), 0, 0, 3.1, []),
                Policy("every:1d", day => 0.187, 272, 0, 312.4, [.. Enumerable.Range(1, 272)]),
                Policy(
                    "harm",
                    day =>
                        0.187
                        - 0.0028
                            * (Retrained.Where(r => r <= day).Select(r => day - r).DefaultIfEmpty(day).Min() * 0.22),
                    Retrained.Length,
                    21,
                    29.8,
                    Retrained
                ),
            ],
            Notices = ["The first half of the rows, until 31 May 2025, was only learned from."],
        };

    private static readonly int[] Retrained =
    [
        9,
        21,
        33,
        40,
        58,
        71,
        88,
        96,
        104,
        121,
        139,
        150,
        162,
        181,
        190,
        204,
        215,
        228,
        240,
        251,
        262,
    ];

    private static BacktestPolicy Policy(
        string name,
        Func<int, double> value,
        int retrainings,
        int alarms,
        double seconds,
        IReadOnlyList<int> days
    )
    {
        var curve = Enumerable
            .Range(0, 91)
            .Select(i => i * 3)
            .Select(day => new BacktestPoint(
                From.AddDays(day),
                630 + day % 40,
                value(day) + 0.006 * Math.Sin(day * 1.7) + 0.004 * Math.Sin(day * 0.31),
                0.071 + 0.003 * Math.Sin(day * 0.9)
            ))
            .ToList();
        return new BacktestPolicy(
            name,
            curve.Average(p => p.Value),
            curve
                .GroupBy(
                    p => p.At.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture),
                    StringComparer.Ordinal
                )
                .ToDictionary(g => g.Key, g => g.Average(p => p.Value), StringComparer.Ordinal),
            retrainings,
            alarms,
            seconds,
            0.0712,
            null,
            curve,
            [.. days.Select(d => From.AddDays(d))]
        );
    }
}
