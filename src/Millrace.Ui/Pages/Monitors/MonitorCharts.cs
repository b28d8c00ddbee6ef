using Millrace.Api;
using Millrace.Ui.Parts;

namespace Millrace.Ui.Pages.Monitors;

/// <summary>A monitor as lines on one axis of time, with what the loop did about it.</summary>
public sealed record MonitorCharts(
    IReadOnlyList<ChartLine> Metric,
    IReadOnlyList<ChartLine> Evidence,
    IReadOnlyList<ChartLine> Volume,
    IReadOnlyList<ChartLevel> Threshold,
    IReadOnlyList<ChartLane> Lanes,
    (double From, double To)? Range
)
{
    public static MonitorCharts None { get; } = new([], [], [], [], [], null);

    public static MonitorCharts Of(
        MonitorView monitor,
        IReadOnlyList<RetrainingView> retrainings,
        IReadOnlyList<DeploymentView> history,
        DateTimeOffset now
    )
    {
        // A window that is not over ends now: nothing is drawn where nothing has happened.
        monitor = monitor with
        {
            Windows = [.. monitor.Windows.Select(w => w.To > now && w.From < now ? w with { To = now } : w)],
        };
        var times = monitor
            .Windows.SelectMany(w => new[] { w.From, w.To })
            .Concat(monitor.Harm.Series.Select(p => p.At))
            .DefaultIfEmpty()
            .ToList();
        (double, double)? range =
            times.Max() == default ? null : (ChartAxis.At(times.Min()), ChartAxis.At(times.Max()));
        return new MonitorCharts(
            Metrics(monitor),
            [
                .. monitor
                    .Harm.Series.GroupBy(p => p.Version)
                    .Select(run => new ChartLine("evidence", [.. run.Select(Point)])),
            ],
            monitor.Volume.Count == 0
                ? []
                :
                [
                    new ChartLine(
                        "predictions",
                        [.. monitor.Volume.Select(v => new ChartPoint(ChartAxis.At(v.At), v.Predictions))]
                    ),
                ],
            [new ChartLevel($"retrains at {Show.Power(monitor.Harm.Threshold)}", monitor.Harm.Threshold)],
            [
                new ChartLane(
                    "Trigger",
                    [.. retrainings.Where(r => r.Trigger is not TriggerKind.Applied).Select(Mark)],
                    true
                ),
                new ChartLane("Version", Versions(history, range), true),
            ],
            range
        );
    }

    /// <summary>
    /// The version that most outcomes of a window belong to is the one that served; others of the same window were its
    /// challengers. A line breaks where the version changes.
    /// </summary>
    private static List<ChartLine> Metrics(MonitorView monitor)
    {
        var windows = monitor
            .Windows.GroupBy(w => w.From)
            .Select(g => g.OrderByDescending(w => w.Outcomes).ToList())
            .ToList();
        var lines = Runs([.. windows.Select(w => w[0])], w => w.Version)
            .Select(run => new ChartLine(monitor.Metric, [.. run.Select(Point)]) { Look = ChartLook.First })
            .ToList();
        lines.AddRange(
            Runs([.. windows.SelectMany(w => w.Skip(1))], w => w.Version)
                .Select(run => new ChartLine("challenger", [.. run.Select(Point)]) { Look = ChartLook.Second })
        );
        var baseline = windows
            .Where(w => w[0].Baseline is not null)
            .Select(w => new ChartPoint(Middle(w[0]), w[0].Baseline!.Value))
            .ToList();
        if (baseline.Count > 0)
        {
            lines.Add(new ChartLine("trivial baseline", baseline) { Look = ChartLook.Trivial });
        }

        return lines;
    }

    /// <summary>What served when the window begins stands at its edge.</summary>
    private static List<ChartMark> Versions(IReadOnlyList<DeploymentView> history, (double From, double To)? range)
    {
        var marks = history.OrderBy(d => d.At).Select(Mark).ToList();
        var before = marks.FindLastIndex(m => m.X < range?.From);
        return before < 0 ? marks : [marks[before] with { X = range!.Value.From }, .. marks.Skip(before + 1)];
    }

    private static ChartPoint Point(MetricWindow window) =>
        new(Middle(window), window.Value)
        {
            Low = window.Low,
            High = window.High,
            Note = $"v{window.Version}, {Show.Count(window.Outcomes, "outcome")}",
        };

    private static ChartPoint Point(EvidencePoint point) =>
        new(ChartAxis.At(point.At), point.Evidence) { Note = $"v{point.Version}" };

    private static ChartMark Mark(RetrainingView turn) =>
        new(
            ChartAxis.At(turn.StartedAt),
            $"training {turn.Number}, {Standing.Of(turn.Trigger).Text.ToLowerInvariant()}: {turn.Reason}",
            turn.Trigger is TriggerKind.Harm ? "bad" : "run"
        );

    private static ChartMark Mark(DeploymentView deployment) =>
        new(
            ChartAxis.At(deployment.At),
            $"{deployment.Action} {deployment.Model} v{deployment.Version}: {deployment.Reason}",
            deployment.Action.Contains("roll", StringComparison.OrdinalIgnoreCase) ? "warn" : "ok",
            $"v{deployment.Version}"
        );

    private static double Middle(MetricWindow window) => ChartAxis.At(window.From + (window.To - window.From) / 2);

    /// <summary>Neighbours of one key stay together.</summary>
    private static List<List<T>> Runs<T, TKey>(IReadOnlyList<T> all, Func<T, TKey> key)
    {
        var runs = new List<List<T>>();
        foreach (var item in all)
        {
            if (runs is [.., var last] && Equals(key(last[^1]), key(item)))
            {
                last.Add(item);
            }
            else
            {
                runs.Add([item]);
            }
        }

        return runs;
    }
}
