using Millrace.Api;
using Millrace.Engine.Evidence;
using Millrace.Engine.Outcomes;

namespace Millrace.Monitoring.Feedback;

/// <summary>The live metric over windows of time: hours where there is traffic for it, else days. Pure.</summary>
internal static class MetricWindows
{
    /// <summary>So many outcomes an hour make a curve of hours; and no more hours than a week has are shown.</summary>
    private const int EnoughForHours = 50;
    private const long MostHours = 7 * 24;
    private const int MostWindows = 400;

    public static IReadOnlyList<MetricWindow> Of(IReadOnlyList<HourRow> hours, LiveMetric metric)
    {
        var judged = hours.Where(h => h.Outcomes > 0).ToList();
        if (judged.Count == 0)
        {
            return [];
        }

        var first = Micros.Of(judged.Min(h => h.Hour));
        var last = Micros.Of(judged.Max(h => h.Hour));
        var typical = judged.Select(h => h.Outcomes).Order().ElementAt(judged.Count / 2);
        var unit = (last - first) / Micros.Hour < MostHours && typical >= EnoughForHours ? Micros.Hour : Micros.Day;
        return
        [
            .. judged
                .GroupBy(h => (From: Micros.Floor(Micros.Of(h.Hour), unit), h.Model, h.Version))
                .OrderBy(g => g.Key.From)
                .ThenBy(g => g.Min(h => h.Hour))
                .ThenBy(g => g.Key.Version)
                .TakeLast(MostWindows)
                .Select(g => Window([.. g], g.Key.From, unit, metric)),
        ];
    }

    public static IReadOnlyList<VolumePoint> Volume(IReadOnlyList<HourRow> hours) =>
        [
            .. hours
                .Where(h => h.Predictions > 0)
                .GroupBy(h => h.Hour)
                .OrderBy(g => g.Key)
                .TakeLast((int)MostHours)
                .Select(g => new VolumePoint(g.Key, g.Sum(h => h.Predictions))),
        ];

    private static MetricWindow Window(IReadOnlyList<HourRow> hours, long from, long unit, LiveMetric metric)
    {
        var count = hours.Sum(h => h.Outcomes);
        var loss = hours.Sum(h => h.Loss);
        // With a loss of 0 and one of 1 more, as Agresti and Coull (1998) count proportions: a few equal losses are no certainty.
        var (low, high) = MeanInterval.Of(count + 2, loss + 1, hours.Sum(h => h.Squares) + 1);
        var one = metric.OfLoss(Math.Clamp(low, 0, 1));
        var other = metric.OfLoss(Math.Clamp(high, 0, 1));
        var baselines = hours.Sum(h => h.Baselines);
        return new(
            Micros.Moment(from),
            Micros.Moment(from + unit),
            hours[0].Version,
            count,
            metric.OfLoss(loss / count),
            Math.Min(one, other),
            Math.Max(one, other),
            baselines > 0 ? metric.OfLoss(hours.Sum(h => h.Baseline) / baselines) : null
        );
    }
}
