using System.Numerics;
using Millrace.Api;

namespace Millrace.Serving.Inference;

/// <summary>
/// How an endpoint does, counted without a lock. Latencies fall into logarithmic buckets with 16 steps to each power of two
/// (as in HdrHistogram): a quantile is off by at most 1/16.
/// </summary>
internal sealed class EndpointCounters
{
    private const int Steps = 16;
    private readonly long[] buckets = new long[Steps * 40];
    private long predictions;
    private long errors;

    public long Predictions => Interlocked.Read(ref predictions);

    public long Errors => Interlocked.Read(ref errors);

    public void Answered(int count, TimeSpan latency)
    {
        Interlocked.Add(ref predictions, count);
        Interlocked.Increment(ref buckets[BucketOf((long)latency.TotalMicroseconds)]);
    }

    public void Failed() => Interlocked.Increment(ref errors);

    public EndpointStatistics View() => new(Predictions, Errors, Quantile(0.5), Quantile(0.99));

    internal static int BucketOf(long microseconds)
    {
        var value = (ulong)Math.Clamp(microseconds, 0, 1L << 40);
        if (value < Steps)
        {
            return (int)value;
        }

        var power = BitOperations.Log2(value) - 4;
        return Math.Min((Steps * (power + 1)) + (int)((value >> power) & (Steps - 1)), (Steps * 40) - 1);
    }

    /// <summary>The middle of a bucket, in microseconds.</summary>
    internal static double ValueOf(int bucket)
    {
        if (bucket < Steps)
        {
            return bucket;
        }

        var power = (bucket / Steps) - 1;
        return Math.ScaleB(Steps + (bucket % Steps) + 0.5, power);
    }

    /// <summary>In milliseconds; null where nothing was answered yet.</summary>
    private double? Quantile(double q)
    {
        long total = 0;
        foreach (ref var bucket in buckets.AsSpan())
        {
            total += Interlocked.Read(ref bucket);
        }

        var rank = (long)Math.Ceiling(q * total);
        long seen = 0;
        for (var i = 0; i < buckets.Length && total > 0; i++)
        {
            seen += Interlocked.Read(ref buckets[i]);
            if (seen >= rank)
            {
                return ValueOf(i) / 1000;
            }
        }

        return null;
    }
}
