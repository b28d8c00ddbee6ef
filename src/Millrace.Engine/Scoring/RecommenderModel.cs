using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Scoring;

/// <summary>
/// A recommender in memory, whichever algorithm made it: how popular each item is, what each user has, and (item_knn) which items
/// are near each other. A user's score of an item is Σ over his weighted history of weight × similarity, plus
/// <see cref="PopularityWeight"/> × the item's popularity relative to the most popular one. So popularity orders what no neighbour
/// speaks for, and is all that there is for an unknown user. Safe for any number of callers.
/// </summary>
internal sealed class RecommenderModel
{
    private readonly ConcurrentBag<Scratch> scratches = [];
    private readonly Dictionary<Value, int> userNumbers;
    private readonly int[] byPopularity;
    private readonly double[] popularScore;

    public RecommenderModel(
        Value[] items,
        float[] popularity,
        Value[] users,
        int[][] seen,
        float[][]? weights,
        int[][]? neighbours,
        float[][]? similarities,
        double popularityWeight
    )
    {
        Items = items;
        Popularity = popularity;
        Users = users;
        Seen = seen;
        Weights = weights;
        Neighbours = neighbours;
        Similarities = similarities;
        PopularityWeight = popularityWeight;
        userNumbers = new Dictionary<Value, int>(users.Length);
        for (var i = 0; i < users.Length; i++)
        {
            userNumbers[users[i]] = i;
        }
        byPopularity = [.. Enumerable.Range(0, items.Length).OrderByDescending(i => popularity[i]).ThenBy(i => i)];
        var most = popularity.Length == 0 ? 0 : Math.Max(popularity.Max(), float.Epsilon);
        popularScore = [.. popularity.Select(p => popularityWeight * p / most)];
    }

    public Value[] Items { get; }

    /// <summary>By item: the decayed number of users who liked it.</summary>
    public float[] Popularity { get; }

    public Value[] Users { get; }

    /// <summary>By user: the items that he has, newest first.</summary>
    public int[][] Seen { get; }

    /// <summary>By user, for a first part of <see cref="Seen"/>: how much each item says of his taste; null for popularity.</summary>
    public float[][]? Weights { get; }

    /// <summary>By item, best first; null for popularity.</summary>
    public int[][]? Neighbours { get; }

    public float[][]? Similarities { get; }

    public double PopularityWeight { get; }

    public bool Knows(Value user) => userNumbers.ContainsKey(user);

    public IReadOnlyList<ScoredItem> Recommend(Value user, int count)
    {
        var best = new (int Item, double Score)[Math.Clamp(count, 0, Items.Length)];
        var found = Recommend(userNumbers.GetValueOrDefault(user, -1), best);
        var scored = new ScoredItem[found];
        for (var i = 0; i < found; i++)
        {
            scored[i] = new ScoredItem(Items[best[i].Item], best[i].Score);
        }
        return scored;
    }

    /// <param name="user">His number, or −1 for a stranger.</param>
    /// <param name="best">Receives the best items that the user has not, best first.</param>
    /// <returns>How many there are: fewer than asked for only where the user has nearly everything.</returns>
    public int Recommend(int user, Span<(int Item, double Score)> best)
    {
        if (best.IsEmpty)
        {
            return 0;
        }
        var scratch = scratches.TryTake(out var free) ? free : new Scratch(Items.Length);
        try
        {
            if (user >= 0)
            {
                foreach (var item in Seen[user])
                {
                    scratch.Has[item] = true;
                }
                AddNeighbours(user, scratch);
            }
            return Pick(scratch, best);
        }
        finally
        {
            if (user >= 0)
            {
                foreach (var item in Seen[user])
                {
                    scratch.Has[item] = false;
                }
            }
            scratch.Forget();
            scratches.Add(scratch);
        }
    }

    private void AddNeighbours(int user, Scratch scratch)
    {
        if (Weights is null || Neighbours is null || Similarities is null)
        {
            return;
        }
        var weights = Weights[user];
        for (var i = 0; i < weights.Length; i++)
        {
            var of = Seen[user][i];
            var neighbours = Neighbours[of];
            for (var n = 0; n < neighbours.Length && weights[i] > 0; n++)
            {
                scratch.Add(neighbours[n], (double)weights[i] * Similarities[of][n]);
            }
        }
    }

    /// <summary>Among items without a neighbour's word the most popular are the best, so only those need be looked at.</summary>
    private int Pick(Scratch scratch, Span<(int Item, double Score)> best)
    {
        var found = 0;
        foreach (var item in scratch.Touched)
        {
            if (!scratch.Has[item])
            {
                Insert(best, ref found, item, scratch.Score[item] + popularScore[item]);
            }
        }
        var strangers = 0;
        foreach (var item in byPopularity)
        {
            if (strangers == best.Length)
            {
                break;
            }
            if (!scratch.Has[item] && scratch.Score[item] == 0)
            {
                strangers++;
                Insert(best, ref found, item, popularScore[item]);
            }
        }
        return found;
    }

    /// <summary>Keeps the best in order; equals by popularity, then by number, which is the order of ids.</summary>
    private void Insert(Span<(int Item, double Score)> best, ref int found, int item, double score)
    {
        if (found == best.Length && !IsBetter(item, score, best[^1]))
        {
            return;
        }
        var at = found < best.Length ? found++ : found - 1;
        for (; at > 0 && IsBetter(item, score, best[at - 1]); at--)
        {
            best[at] = best[at - 1];
        }
        best[at] = (item, score);
    }

    private bool IsBetter(int item, double score, (int Item, double Score) than) =>
        score.CompareTo(than.Score) is var byScore and not 0 ? byScore > 0
        : Popularity[item].CompareTo(Popularity[than.Item]) is var byPopular and not 0 ? byPopular > 0
        : item < than.Item;

    private sealed class Scratch(int items)
    {
        public double[] Score { get; } = new double[items];

        public bool[] Has { get; } = new bool[items];

        public List<int> Touched { get; } = [];

        public void Add(int item, double amount)
        {
            ref var score = ref Score[item];
            if (!(amount > 0))
            {
                return;
            }
            if (score == 0)
            {
                Touched.Add(item);
            }
            score += amount;
        }

        public void Forget()
        {
            foreach (var item in CollectionsMarshal.AsSpan(Touched))
            {
                Score[item] = 0;
            }
            Touched.Clear();
        }
    }
}
