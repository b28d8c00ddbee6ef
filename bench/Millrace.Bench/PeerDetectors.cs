namespace Millrace.Bench;

/// <summary>A detector of rising loss that ours is measured beside.</summary>
internal interface IPeerDetector
{
    /// <returns>Whether it says that the loss has risen.</returns>
    bool Add(double loss);
}

/// <summary>
/// ADWIN2: Bifet and Gavaldà 2007, "Learning from time-changing data with adaptive windowing", with the variance bound of its
/// section 4, five buckets a row, cuts sought every 32 values as its authors' implementation in MOA does. Only a cut behind which
/// the mean is higher is an alarm.
/// </summary>
internal sealed class Adwin(double delta) : IPeerDetector
{
    private const int BucketsPerRow = 5;
    private const int Every = 32;
    private const int Shortest = 5;

    /// <summary>By size 1, 2, 4 …: (sum, sum of squared deviations), the newest last.</summary>
    private readonly List<List<(double Sum, double Deviations)>> rows =
    [
        [],
    ];
    private double sum;
    private double deviations;
    private long width;
    private long ticks;

    public bool Add(double loss)
    {
        if (width > 0)
        {
            var mean = sum / width;
            deviations += (loss - mean) * (loss - mean) * width / (width + 1);
        }

        rows[0].Add((loss, 0));
        (sum, width) = (sum + loss, width + 1);
        for (var row = 0; row < rows.Count && rows[row].Count > BucketsPerRow; row++)
        {
            if (row + 1 == rows.Count)
            {
                rows.Add([]);
            }

            var size = Math.Pow(2, row);
            var (older, newer) = (rows[row][0], rows[row][1]);
            var apart = (older.Sum - newer.Sum) / size;
            rows[row + 1]
                .Add((older.Sum + newer.Sum, older.Deviations + newer.Deviations + (apart * apart * size / 2)));
            rows[row].RemoveRange(0, 2);
        }

        ticks++;
        var risen = false;
        while (ticks % Every == 0 && width > 10 && Cut() is { } rise)
        {
            risen |= rise;
            DropOldest();
        }

        return risen;
    }

    /// <summary>Whether the newer part is higher where some cut shows a difference; null where none does.</summary>
    private bool? Cut()
    {
        double oldSum = 0;
        long oldWidth = 0;
        var variance = deviations / width;
        var log = Math.Log(2 * Math.Log(width) / delta);
        for (var row = rows.Count - 1; row >= 0; row--)
        {
            foreach (var bucket in rows[row])
            {
                oldSum += bucket.Sum;
                oldWidth += 1L << row;
                var newWidth = width - oldWidth;
                if (newWidth < Shortest)
                {
                    return null;
                }

                if (oldWidth < Shortest)
                {
                    continue;
                }

                var inverse = (1.0 / (oldWidth - Shortest + 1)) + (1.0 / (newWidth - Shortest + 1));
                var bound = Math.Sqrt(2 * inverse * variance * log) + (2.0 / 3 * inverse * log);
                var difference = ((sum - oldSum) / newWidth) - (oldSum / oldWidth);
                if (Math.Abs(difference) > bound)
                {
                    return difference > 0;
                }
            }
        }

        return null;
    }

    private void DropOldest()
    {
        while (rows[^1].Count == 0)
        {
            rows.RemoveAt(rows.Count - 1);
        }

        var bucket = rows[^1][0];
        var size = 1L << (rows.Count - 1);
        rows[^1].RemoveAt(0);
        width -= size;
        sum -= bucket.Sum;
        var apart = (bucket.Sum / size) - (sum / width);
        deviations = Math.Max(0, deviations - bucket.Deviations - (apart * apart * size * width / (size + width)));
    }
}

/// <summary>
/// Page 1954, "Continuous inspection schemes", in the form of Gama et al. 2014, "A survey on concept drift adaptation": drift of
/// 0.005, at least 30 values.
/// </summary>
internal sealed class PageHinkley(double threshold) : IPeerDetector
{
    private const double Drift = 0.005;
    private long count;
    private double mean;
    private double sum;
    private double least;

    public bool Add(double loss)
    {
        count++;
        mean += (loss - mean) / count;
        sum += loss - mean - Drift;
        least = Math.Min(least, sum);
        return count >= 30 && sum - least > threshold;
    }
}

/// <summary>Gama, Medas, Castillo and Rodrigues 2004, "Learning with drift detection": three deviations, at least 30 values.</summary>
internal sealed class Ddm : IPeerDetector
{
    private long count;
    private double errors;
    private double least = double.PositiveInfinity;
    private double leastMean;
    private double leastDeviation;

    public bool Add(double loss)
    {
        count++;
        errors += loss;
        var mean = errors / count;
        var deviation = Math.Sqrt(mean * (1 - mean) / count);
        if (count < 30)
        {
            return false;
        }

        if (mean > 0 && mean + deviation <= least)
        {
            (least, leastMean, leastDeviation) = (mean + deviation, mean, deviation);
        }

        return mean + deviation > leastMean + (3 * leastDeviation);
    }
}
