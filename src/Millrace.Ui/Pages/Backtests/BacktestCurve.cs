using Millrace.Api;

namespace Millrace.Ui.Pages.Backtests;

/// <summary>A policy's curve as it can be read: neighbouring steps together, so that a point is of enough outcomes to say something.</summary>
public static class BacktestCurve
{
    /// <summary>Of fewer outcomes, a point is chance.</summary>
    private const int FewestOutcomes = 30;

    /// <summary>More points than that are a carpet.</summary>
    private const int MostPoints = 120;

    /// <param name="curve">By step, oldest first.</param>
    /// <param name="metric">The metric, which is a mean over outcomes; rmse is the root of one.</param>
    public static IReadOnlyList<BacktestPoint> Pool(IReadOnlyList<BacktestPoint> curve, string metric)
    {
        var isRoot = metric is "rmse";
        var steps = (curve.Count + MostPoints - 1) / MostPoints;
        var points = new List<BacktestPoint>();
        var some = new List<BacktestPoint>();
        foreach (var point in curve)
        {
            some.Add(point);
            if (some.Count >= steps && some.Sum(p => p.Outcomes) >= FewestOutcomes)
            {
                points.Add(Together());
                some.Clear();
            }
        }

        // Too few for a point of their own: they belong to the last one, or are all that there is.
        if (some.Count > 0)
        {
            if (points.Count > 0)
            {
                some.Insert(0, points[^1]);
                points.RemoveAt(points.Count - 1);
            }

            points.Add(Together());
        }

        return points;

        BacktestPoint Together() =>
            new(some[0].At, some.Sum(p => p.Outcomes), Mean(p => p.Value), Mean(p => p.Baseline));

        double Mean(Func<BacktestPoint, double> value)
        {
            var sum = some.Sum(p => p.Outcomes * (isRoot ? value(p) * value(p) : value(p)));
            var mean = sum / some.Sum(p => p.Outcomes);
            return isRoot ? Math.Sqrt(mean) : mean;
        }
    }
}
