using Millrace.Api;

namespace Millrace.Ui.Tests.Recorded;

/// <summary>Sixty days of a recommender: steady, then tastes change, harm, a better version, recovery.</summary>
internal static class RecordedMonitor
{
    /// <summary>The moment at which the screens look.</summary>
    public static readonly DateTimeOffset Now = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    public static readonly DateTimeOffset First = Now.AddDays(-60).AddHours(-12);

    public static readonly DateTimeOffset Shift = First.AddDays(40);

    public const double Threshold = 6;

    /// <summary>One that does harm is looked at while it does: the story goes as far, and its last day is today.</summary>
    private const int HarmDays = 44;

    public static readonly TimeSpan HarmLater = TimeSpan.FromDays(60 - HarmDays);

    /// <summary>Which version serves on each day.</summary>
    public static readonly (int Day, int Version)[] Served = [(0, 2), (26, 3), (47, 5)];

    public static MonitorView View(HarmPhase phase = HarmPhase.Watching)
    {
        var days = phase is HarmPhase.Harm ? HarmDays : 60;
        var later = phase is HarmPhase.Harm ? HarmLater : TimeSpan.Zero;
        var windows = Windows(days).ConvertAll(w => w with { From = w.From + later, To = w.To + later });
        var version = windows[^1].Version;
        var evidence = Evidence(days).ConvertAll(e => e with { At = e.At + later });
        return new MonitorView
        {
            Endpoint = new("movie-night"),
            Loop = new("movie-night"),
            Model = new("movie-night"),
            Version = version,
            DeployedAt = First.AddDays(Served.Last(s => s.Day <= days).Day) + later,
            Metric = "hit_rate@10",
            HigherIsBetter = true,
            Windows = windows,
            Harm = new HarmView(
                phase,
                0.1793,
                evidence[^1].Evidence,
                Threshold,
                phase is HarmPhase.Harm ? 7_912 : 6_204,
                phase is HarmPhase.Harm ? Now.AddHours(-5) : null,
                evidence
            ),
            Inputs = Shifts(),
            Output = Items(),
            Broken =
            [
                new("age", "range", 118, "[12, 110]"),
                new("plan", "allowed", 31, "[basic, family]"),
                new("user_id", "required", 4),
            ],
            Outcomes = new OutcomeCounts(24_812, 311, 96, 1_204),
            Statistics = new EndpointStatistics(98_432, 17, 1.84, 7.31),
            Volume =
            [
                .. Enumerable
                    .Range(0, days * 8)
                    .Select(i => new VolumePoint(
                        First.AddHours(i * 3) + later,
                        (long)(70 + 55 * Math.Sin((i % 8 - 2) / 8.0 * 2 * Math.PI) + i / 12.0 + Noise(i) * 12)
                    )),
            ],
        };
    }

    /// <summary>Just deployed: nothing came back yet.</summary>
    public static MonitorView Quiet() =>
        View() with
        {
            Endpoint = new("quiet"),
            Loop = null,
            Model = new("staying"),
            Version = new(1),
            DeployedAt = Now.AddMinutes(-25),
            Metric = "log_loss",
            HigherIsBetter = false,
            Windows = [],
            Harm = new HarmView(HarmPhase.Learning, null, 0, Threshold, 0, null, []),
            Inputs = [],
            Output = null,
            Broken = [],
            Outcomes = new OutcomeCounts(0, 0, 0, 0),
            Statistics = new EndpointStatistics(3, 0, 2.1, 4.4),
            Volume = [],
        };

    public static IReadOnlyList<MonitorSummary> Summaries() =>
        [
            Summary(View(), HarmPhase.Watching, View().Windows[^1].Value),
            new(
                new("campaign"),
                new("campaign"),
                new(7),
                "log_loss",
                0.3921,
                HarmPhase.Harm,
                new OutcomeCounts(4_119, 20, 1_893, 7),
                Now.AddMinutes(-4)
            ),
            Summary(Quiet(), HarmPhase.Learning, null),
        ];

    private static MonitorSummary Summary(MonitorView view, HarmPhase phase, double? value) =>
        new(
            view.Endpoint,
            view.Loop,
            view.Version,
            view.Metric,
            value,
            phase,
            view.Outcomes,
            value is null ? null : Now.AddSeconds(-40)
        );

    private static List<MetricWindow> Windows(int days)
    {
        var windows = new List<MetricWindow>();
        for (var day = 0; day < days; day++)
        {
            var version = Served.Last(s => s.Day <= day).Version;
            windows.Add(Window(day, version, 410 + (int)(Noise(day + 7) * 60), Metric(day)));
            // Version 4 was tried on a share of the traffic, and was worse; version 5 likewise, and was better.
            if (day is 44 or 45)
            {
                windows.Add(Window(day, day == 44 ? 4 : 5, 46, day == 44 ? 0.102 : 0.166));
            }
            else if (day is 46)
            {
                windows.Add(Window(day, 5, 112, 0.171));
            }
        }

        return windows;
    }

    private static double Metric(int day) =>
        day switch
        {
            < 26 => 0.176 + 0.009 * Noise(day),
            < 40 => 0.184 + 0.009 * Noise(day),
            < 44 => 0.184 - 0.019 * (day - 39) + 0.006 * Noise(day),
            < 47 => 0.113 + 0.006 * Noise(day),
            _ => 0.176 + 0.008 * Noise(day),
        };

    private static MetricWindow Window(int day, int version, long outcomes, double value)
    {
        var width = 2.3 * Math.Sqrt(value * (1 - value) / outcomes);
        return new MetricWindow(
            First.AddDays(day),
            First.AddDays(day + 1),
            new(version),
            outcomes,
            value,
            Math.Max(0, value - width),
            value + width,
            0.071 + 0.003 * Noise(day + 3)
        );
    }

    private static List<EvidencePoint> Evidence(int days)
    {
        var points = new List<EvidencePoint>();
        var evidence = 0.0;
        for (var i = 0; i < days * 4; i++)
        {
            var day = i / 4;
            if (Served.Any(s => s.Day == day) && i % 4 == 0)
            {
                evidence = 0;
            }

            evidence = day is >= 40 and < 47
                ? evidence + 0.4 + 0.1 * Noise(i)
                : Math.Max(0, evidence + 0.16 * Noise(i));
            points.Add(
                new EvidencePoint(
                    First.AddHours(i * 6 + 3),
                    new(Served.Last(s => s.Day <= day).Version),
                    evidence,
                    Threshold
                )
            );
        }

        return points;
    }

    private static IReadOnlyList<ShiftView> Shifts() =>
        [
            new(
                "age",
                0.31,
                ShiftLevel.Large,
                98_432,
                [
                    new("under 20", 0.06, 0.17),
                    new("20 – 30", 0.22, 0.33),
                    new("30 – 40", 0.27, 0.24),
                    new("40 – 50", 0.21, 0.13),
                    new("50 – 60", 0.14, 0.08),
                    new("60 and over", 0.1, 0.05),
                ]
            ),
            new(
                "country",
                0.14,
                ShiftLevel.Some,
                98_432,
                [
                    new("CH", 0.31, 0.24),
                    new("DE", 0.28, 0.27),
                    new("FR", 0.18, 0.17),
                    new("IT", 0.12, 0.11),
                    new("others", 0.09, 0.17),
                    new("missing", 0.02, 0.04),
                ]
            ),
            new(
                "hours",
                0.02,
                ShiftLevel.None,
                98_428,
                [
                    new("0 – 5", 0.34, 0.33),
                    new("5 – 10", 0.24, 0.25),
                    new("10 – 20", 0.22, 0.22),
                    new("20 – 40", 0.15, 0.15),
                    new("40 and over", 0.05, 0.05),
                ]
            ),
            new("referrer", null, ShiftLevel.None, 12, []),
        ];

    private static ShiftView Items() =>
        new(
            "items",
            0.19,
            ShiftLevel.Some,
            98_432,
            [
                new("drama", 0.26, 0.18),
                new("comedy", 0.22, 0.31),
                new("thriller", 0.19, 0.16),
                new("documentary", 0.12, 0.17),
                new("others", 0.21, 0.18),
            ]
        );

    /// <summary>The same on every machine, between -1 and 1.</summary>
    private static double Noise(int i) => (Math.Abs(Math.Sin(i * 12.9898 + 4.1414) * 43758.5453) % 1 - 0.5) * 2;
}
