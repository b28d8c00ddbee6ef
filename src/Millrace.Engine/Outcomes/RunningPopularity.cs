using System.Globalization;
using System.Runtime.InteropServices;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Outcomes;

/// <summary>All that a running popularity remembers, in parallel lists: the ranked items first, in their order.</summary>
public sealed record RunningPopularityState
{
    /// <summary>The moment at which an outcome weighs 1; null before the first.</summary>
    public DateTimeOffset? Landmark { get; init; }

    public IReadOnlyList<ValueKind> Kinds { get; init; } = [];

    public IReadOnlyList<string> Items { get; init; } = [];

    public IReadOnlyList<double> Weights { get; init; } = [];
}

/// <summary>
/// The trivial recommender: everybody is offered what was chosen most of late. A model is held against it on the same
/// outcomes, live and in backtests. Ask <see cref="RankOf(Value)"/> first, then <see cref="Learn"/>. Weights grow with time
/// instead of fading (forward decay: Cormode, Shkapenyuk, Srivastava and Xu 2009), so that nothing is touched but the item
/// that was chosen. Not safe for several callers at once.
/// </summary>
public sealed class RunningPopularity
{
    /// <summary>Nobody is offered a longer list.</summary>
    public const int LongestList = 1000;

    /// <summary>So many items, at most, are remembered; when there are more, the lighter half is forgotten.</summary>
    public const int MostItems = 20_000;

    /// <summary>Weights are brought down by this power of two at a time, which changes neither order nor ties.</summary>
    private const int Step = 64;

    private readonly TimeSpan halfLife;
    private readonly Dictionary<Value, double> weights;
    private readonly Value[] ranked = new Value[LongestList];
    private readonly double[] heaviest = new double[LongestList];
    private int length;
    private DateTimeOffset? landmark;

    /// <param name="halfLife">After so long an outcome counts half.</param>
    /// <param name="state">What an earlier look left; null to begin.</param>
    public RunningPopularity(TimeSpan halfLife, RunningPopularityState? state = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(halfLife, TimeSpan.Zero);
        this.halfLife = halfLife;
        landmark = state?.Landmark;
        var count = state?.Items.Count ?? 0;
        weights = new(count);
        for (var i = 0; i < count; i++)
        {
            var item = Read(state!.Kinds[i], state.Items[i]);
            weights[item] = state.Weights[i];
            if (i < LongestList)
            {
                (ranked[i], heaviest[i]) = (item, state.Weights[i]);
                length = i + 1;
            }
        }
    }

    /// <summary>How many items are remembered.</summary>
    public int Items => weights.Count;

    public RunningPopularityState State
    {
        get
        {
            var all = new List<KeyValuePair<Value, double>>(weights.Count);
            for (var i = 0; i < length; i++)
            {
                all.Add(new(ranked[i], heaviest[i]));
            }

            if (weights.Count > length)
            {
                var top = ranked.Take(length).ToHashSet();
                all.AddRange(weights.Where(w => !top.Contains(w.Key)));
            }

            return new()
            {
                Landmark = landmark,
                Kinds = [.. all.Select(w => w.Key.Kind)],
                Items = [.. all.Select(w => Write(w.Key))],
                Weights = [.. all.Select(w => w.Value)],
            };
        }
    }

    /// <summary>The item's place among the most chosen, from 1; 0 where it is unknown or below <see cref="LongestList"/>.</summary>
    public int RankOf(Value item) => weights.TryGetValue(item, out var weight) ? IndexOf(item, weight) + 1 : 0;

    /// <summary>The item's place in the list of somebody to whom the items that he knows are not offered; 0 for one of those.</summary>
    public int RankOf(Value item, IReadOnlyCollection<Value> known)
    {
        var rank = RankOf(item);
        if (rank == 0)
        {
            return 0;
        }

        var above = 0;
        foreach (var other in known)
        {
            if (other == item)
            {
                return 0;
            }

            var place = RankOf(other);
            above += place > 0 && place < rank ? 1 : 0;
        }

        return rank - above;
    }

    /// <summary>The most chosen items, best first.</summary>
    public ReadOnlySpan<Value> Top(int count) => ranked.AsSpan(0, Math.Min(count, length));

    /// <param name="item">What was chosen.</param>
    /// <param name="at">When; earlier than the last is as good as any.</param>
    public void Learn(Value item, DateTimeOffset at)
    {
        landmark ??= at;
        var age = (at - landmark.Value) / halfLife;
        if (age > Step)
        {
            MoveLandmark((int)Math.Min(Math.Floor(age / Step), int.MaxValue / Step));
            age = (at - landmark.Value) / halfLife;
        }

        ref var weight = ref CollectionsMarshal.GetValueRefOrAddDefault(weights, item, out var known);
        var place = known ? IndexOf(item, weight) : -1;
        weight += Math.Pow(2, age);
        Raise(item, weight, place);
        if (weights.Count > MostItems)
        {
            ForgetLighterHalf();
        }
    }

    /// <summary>Moves the item up to where its weight belongs, behind those that weigh the same.</summary>
    private void Raise(Value item, double weight, int from)
    {
        if (from < 0)
        {
            if (length == LongestList)
            {
                if (weight <= heaviest[length - 1])
                {
                    return;
                }
            }
            else
            {
                length++;
            }

            from = length - 1;
        }

        var to = FirstBelow(weight, from);
        Array.Copy(heaviest, to, heaviest, to + 1, from - to);
        Array.Copy(ranked, to, ranked, to + 1, from - to);
        (heaviest[to], ranked[to]) = (weight, item);
    }

    /// <summary>The first place before <paramref name="end"/> that weighs less; the end where there is none.</summary>
    private int FirstBelow(double weight, int end)
    {
        int low = 0,
            high = end;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = heaviest[middle] < weight ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    private int IndexOf(Value item, double weight)
    {
        // The last of those that weigh as much, and back.
        for (var i = FirstBelow(weight, length) - 1; i >= 0 && heaviest[i] == weight; i--)
        {
            if (ranked[i] == item)
            {
                return i;
            }
        }

        return -1;
    }

    private void MoveLandmark(int steps)
    {
        landmark += halfLife * ((double)steps * Step);
        var scale = Math.Pow(2, -(double)steps * Step);
        for (var i = 0; i < length; i++)
        {
            heaviest[i] *= scale;
        }

        foreach (var item in weights.Keys)
        {
            CollectionsMarshal.GetValueRefOrNullRef(weights, item) *= scale;
        }
    }

    private void ForgetLighterHalf()
    {
        var sorted = weights.Values.ToArray();
        Array.Sort(sorted);
        var bar = sorted[sorted.Length / 2];
        var top = ranked.Take(length).ToHashSet();
        foreach (var (item, weight) in weights)
        {
            if (weight <= bar && !top.Contains(item))
            {
                weights.Remove(item);
            }
        }
    }

    private static string Write(Value item) =>
        item.Kind switch
        {
            ValueKind.String => item.AsString,
            ValueKind.Double => BitConverter.DoubleToInt64Bits(item.AsDouble).ToString(CultureInfo.InvariantCulture),
            _ => item.AsInt64.ToString(CultureInfo.InvariantCulture),
        };

    private static Value Read(ValueKind kind, string text) =>
        kind switch
        {
            ValueKind.String => Value.Of(text),
            ValueKind.Int64 => Value.Of(long.Parse(text, CultureInfo.InvariantCulture)),
            ValueKind.Double => Value.Of(
                BitConverter.Int64BitsToDouble(long.Parse(text, CultureInfo.InvariantCulture))
            ),
            ValueKind.Timestamp => Value.Timestamp(long.Parse(text, CultureInfo.InvariantCulture)),
            ValueKind.Bool => Value.Of(text is "1"),
            _ => Value.Null,
        };
}
