namespace Millrace.Engine.Training.Metrics;

/// <summary>How far predicted values lie from true ones.</summary>
internal static class RegressionMetrics
{
    /// <summary>
    /// RMSE is the root of the mean squared error, MAE the mean absolute error, R² = 1 − Σ(y−ŷ)² / Σ(y−ȳ)² with ȳ the mean of these
    /// very rows (so the baseline, which predicts the training mean, has R² ≤ 0). R² is NaN where all true values are equal.
    /// </summary>
    public static Dictionary<string, double> Compute(ReadOnlySpan<double> predicted, ReadOnlySpan<double> actual)
    {
        double squared = 0,
            absolute = 0,
            mean = 0,
            spread = 0;
        foreach (var y in actual)
        {
            mean += y;
        }
        mean /= actual.Length;
        for (var i = 0; i < actual.Length; i++)
        {
            var error = actual[i] - predicted[i];
            squared += error * error;
            absolute += Math.Abs(error);
            spread += (actual[i] - mean) * (actual[i] - mean);
        }
        return new(StringComparer.Ordinal)
        {
            [MetricName.Rmse] = Math.Sqrt(squared / actual.Length),
            [MetricName.Mae] = absolute / actual.Length,
            [MetricName.R2] = spread > 0 ? 1 - (squared / spread) : double.NaN,
        };
    }
}
