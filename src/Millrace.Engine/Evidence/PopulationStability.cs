namespace Millrace.Engine.Evidence;

/// <summary>
/// How far a distribution has moved from its reference: PSI = Σ (p − q)·ln(p / q) over bins (Siddiqi 2006, "Credit Risk
/// Scorecards": below 0.1 no shift, above 0.25 a large one). Empty bins count as half an observation.
/// </summary>
public static class PopulationStability
{
    /// <param name="reference">Counts by bin.</param>
    /// <param name="live">Counts of the same bins.</param>
    public static double Of(ReadOnlySpan<long> reference, ReadOnlySpan<long> live)
    {
        double all = Sum(reference),
            now = Sum(live);
        var psi = 0.0;
        for (var i = 0; i < reference.Length; i++)
        {
            if (reference[i] == 0 && live[i] == 0)
            {
                continue;
            }

            var q = Math.Max(reference[i], 0.5) / all;
            var p = Math.Max(live[i], 0.5) / now;
            psi += (p - q) * Math.Log(p / q);
        }

        return psi;
    }

    private static double Sum(ReadOnlySpan<long> counts)
    {
        double sum = 0;
        foreach (var count in counts)
        {
            sum += count;
        }

        return sum;
    }
}
