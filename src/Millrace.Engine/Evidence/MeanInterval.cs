namespace Millrace.Engine.Evidence;

/// <summary>
/// A mean with its uncertainty, valid however often it is looked at: the asymptotic confidence sequence of Waudby-Smith,
/// Arbour, Sinha, Kennedy and Ramdas 2024 ("Time-uniform central limit theory and asymptotic confidence sequences",
/// theorem 2.2), tightest near <c>n = 100</c>.
/// </summary>
public static class MeanInterval
{
    /// <param name="count">How many values; at least 1.</param>
    /// <param name="sum">Their sum.</param>
    /// <param name="squares">The sum of their squares.</param>
    /// <param name="alpha">One minus the confidence: 0.05.</param>
    /// <param name="tightest">The number of values at which the interval is to be tightest.</param>
    public static (double Low, double High) Of(
        long count,
        double sum,
        double squares,
        double alpha = 0.05,
        double tightest = 100
    )
    {
        var mean = sum / count;
        var deviation = Math.Sqrt(Math.Max(0, (squares / count) - (mean * mean)));
        // The paper's approximation of the best rho for that number.
        var rho2 = ((-2 * Math.Log(alpha)) + Math.Log((-2 * Math.Log(alpha)) + 1)) / tightest;
        var n = count * rho2;
        var half = deviation * Math.Sqrt(2 * (n + 1) / (count * n) * Math.Log(Math.Sqrt(n + 1) / alpha));
        return (mean - half, mean + half);
    }

    /// <summary>
    /// The half width of the one-sided sequence of the same paper (its appendix; Robbins 1970's normal mixture), in standard deviations: the mean is below
    /// the estimate and this much, at every count at once.
    /// </summary>
    public static double OneSided(double count, double alpha, double tightest)
    {
        var twice = 2 * alpha;
        var rho2 = ((-2 * Math.Log(twice)) + Math.Log((-2 * Math.Log(twice)) + 1)) / tightest;
        var n = count * rho2;
        return Math.Sqrt(2 * (n + 1) / (count * n) * Math.Log(1 + (Math.Sqrt(n + 1) / twice)));
    }
}
