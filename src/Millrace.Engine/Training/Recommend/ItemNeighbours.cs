namespace Millrace.Engine.Training.Recommend;

/// <summary>
/// Item-to-item neighbours (Sarwar et al. 2001, "Item-based collaborative filtering"; Deshpande and Karypis 2004), over what users
/// liked, each pair weighted by its recency w: sim(i, j) = Σᵤ wᵤᵢ·wᵤⱼ / (|wᵢ|·|wⱼ| + shrinkage), which is the cosine where shrinkage
/// is 0; shrinkage keeps items that few had from being everybody's neighbours. An item's row is computed on its own in a fixed order,
/// so the number of threads changes nothing.
/// </summary>
internal sealed class ItemNeighbours
{
    private readonly int items;
    private readonly int[] userStarts;
    private readonly int[] itemOf;
    private readonly float[] weight;
    private readonly int[] itemStarts;
    private readonly int[] userOf;
    private readonly float[] weightOfUser;
    private readonly double[] norm;

    /// <param name="interactions">The training pairs.</param>
    /// <param name="history">At most so many of a user's newest liked pairs; bounds the work to history² a user.</param>
    /// <param name="halfLife">Of the weight of a pair.</param>
    public ItemNeighbours(Interactions interactions, int history, TimeSpan halfLife)
    {
        items = interactions.Items.Length;
        userStarts = new int[interactions.Users.Length + 1];
        var kept = new List<int>();
        for (var user = 0; user < interactions.Users.Length; user++)
        {
            var end = interactions.Starts[user + 1];
            for (var i = interactions.Starts[user]; i < end && kept.Count - userStarts[user] < history; i++)
            {
                if (interactions.Liked[i])
                {
                    kept.Add(i);
                }
            }
            userStarts[user + 1] = kept.Count;
        }
        itemOf = [.. kept.Select(i => interactions.ItemOf[i])];
        weight = [.. kept.Select(i => (float)Interactions.Decay(interactions.Age[i], halfLife))];
        (itemStarts, userOf, weightOfUser) = ByItem();
        norm = new double[items];
        for (var i = 0; i < itemOf.Length; i++)
        {
            norm[itemOf[i]] += (double)weight[i] * weight[i];
        }
        for (var i = 0; i < items; i++)
        {
            norm[i] = Math.Sqrt(norm[i]);
        }
    }

    /// <summary>For each item its most similar ones, best first, equals by number.</summary>
    public Neighbour[][] Find(int count, double shrinkage, Action<double> progress, CancellationToken ct)
    {
        var found = new Neighbour[items][];
        var done = 0;
        Parallel.For(
            0,
            items,
            new ParallelOptions { CancellationToken = ct, MaxDegreeOfParallelism = Environment.ProcessorCount },
            () => new Scratch(items),
            (item, _, scratch) =>
            {
                found[item] = Find(item, count, shrinkage, scratch);
                var n = Interlocked.Increment(ref done);
                if (n % 1024 == 0)
                {
                    progress((double)n / items);
                }
                return scratch;
            },
            _ => { }
        );
        return found;
    }

    private Neighbour[] Find(int item, int count, double shrinkage, Scratch scratch)
    {
        for (var at = itemStarts[item]; at < itemStarts[item + 1]; at++)
        {
            var user = userOf[at];
            for (var i = userStarts[user]; i < userStarts[user + 1]; i++)
            {
                scratch.Add(itemOf[i], (double)weightOfUser[at] * weight[i]);
            }
        }
        var best = new PriorityQueue<Neighbour, Neighbour>(Neighbour.WorstFirst);
        foreach (var other in scratch.Touched)
        {
            var similarity = (float)(scratch.Sum[other] / ((norm[item] * norm[other]) + shrinkage));
            scratch.Sum[other] = 0;
            if (other == item || !(similarity > 0))
            {
                continue;
            }
            var neighbour = new Neighbour(other, similarity);
            if (best.Count < count)
            {
                best.Enqueue(neighbour, neighbour);
            }
            else if (Neighbour.WorstFirst.Compare(best.Peek(), neighbour) < 0)
            {
                best.DequeueEnqueue(neighbour, neighbour);
            }
        }
        scratch.Touched.Clear();
        var row = new Neighbour[best.Count];
        for (var i = row.Length - 1; i >= 0; i--)
        {
            row[i] = best.Dequeue();
        }
        return row;
    }

    private (int[] Starts, int[] Users, float[] Weights) ByItem()
    {
        var starts = new int[items + 1];
        foreach (var item in itemOf)
        {
            starts[item + 1]++;
        }
        for (var i = 0; i < items; i++)
        {
            starts[i + 1] += starts[i];
        }
        var next = starts[..items];
        var users = new int[itemOf.Length];
        var weights = new float[itemOf.Length];
        for (var user = 0; user + 1 < userStarts.Length; user++)
        {
            for (var i = userStarts[user]; i < userStarts[user + 1]; i++)
            {
                var at = next[itemOf[i]]++;
                users[at] = user;
                weights[at] = weight[i];
            }
        }
        return (starts, users, weights);
    }

    private sealed class Scratch(int items)
    {
        public double[] Sum { get; } = new double[items];

        public List<int> Touched { get; } = [];

        public void Add(int item, double amount)
        {
            if (Sum[item] == 0)
            {
                Touched.Add(item);
            }
            Sum[item] += amount;
        }
    }
}
