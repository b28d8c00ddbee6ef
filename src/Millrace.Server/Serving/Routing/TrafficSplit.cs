using System.IO.Hashing;
using System.Runtime.InteropServices;
using Millrace.Api;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;

namespace Millrace.Serving.Routing;

/// <summary>
/// A challenger at work beside the champion, and which requests are sent to it. A recommender's user is always sent to the
/// same version, so that nobody sees lists that alternate; all others are drawn one by one. See docs/decisions/0041.
/// </summary>
/// <param name="Served">The challenger.</param>
/// <param name="Rollout">The rollout's number, which also salts the users: each rollout falls on others.</param>
/// <param name="Share">Its share of requests, or of users, above 0 and at most 1.</param>
/// <param name="Traffic">Lives through every change of the share.</param>
internal sealed record TrafficSplit(ServedModel Served, long Rollout, double Share, SplitTraffic Traffic)
{
    /// <param name="champion">As the endpoint serves now.</param>
    /// <param name="row">The request's inputs as the champion takes them.</param>
    public bool Sends(ServedModel champion, ReadOnlySpan<Value> row) =>
        (champion.Predictor is ItemPredictor ? PointOf(row[0], Rollout) : Random.Shared.NextDouble()) < Share;

    /// <summary>Where a user stands between 0 and 1: those below the share are the challenger's, and stay so as it grows.</summary>
    internal static double PointOf(in Value user, long rollout)
    {
        ulong hash;
        if (user.Kind == ValueKind.String)
        {
            hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(user.AsString.AsSpan()), rollout);
        }
        else
        {
            var bits = user.AsInt64;
            hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in bits)), rollout);
        }

        // The upper 53 bits are a double's whole precision.
        return (hash >> 11) * (1.0 / (1UL << 53));
    }
}

/// <summary>Who answered while a rollout runs, counted without a lock since the server started.</summary>
internal sealed class SplitTraffic
{
    private long champion;
    private long challenger;
    private long fellBack;

    public void Champion() => Interlocked.Increment(ref champion);

    public void Challenger() => Interlocked.Increment(ref challenger);

    /// <returns>True for the first, which is worth a line in the log.</returns>
    public bool FellBack() => Interlocked.Increment(ref fellBack) == 1;

    public RolloutTraffic View() =>
        new(Interlocked.Read(ref champion), Interlocked.Read(ref challenger), Interlocked.Read(ref fellBack));
}
