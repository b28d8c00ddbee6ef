namespace Millrace.Engine.Training.Metrics;

/// <summary>
/// Hit rate, recall and NDCG at k. Each user's list is the best k of <b>all</b> items that the model knows and the user has not
/// seen in training. There are no sampled negatives: metrics over samples rank models otherwise than the true ones (Krichene and
/// Rendle, "On Sampled Metrics for Item Recommendation", KDD 2020).
/// </summary>
/// <remarks>
/// A test event is a liked row (any row, where nothing says what is liked) of the test part whose item the user did not have in
/// training; of several with the same user and item, one. A user's test items are the items of his test events.
/// <list type="bullet">
/// <item>hit_rate@k: share of test <b>events</b> whose item is in the list: each is one chance to have recommended right.</item>
/// <item>recall@k: mean over test <b>users</b> of |list ∩ test items| / |test items|.</item>
/// <item>ndcg@k: mean over test users of DCG / ideal DCG; a test item at rank r gains 1 / log2(r + 1), and the ideal list begins
/// with min(k, |test items|) test items (Järvelin and Kekäläinen 2002, binary gains).</item>
/// </list>
/// </remarks>
internal sealed class RankingMetrics(IEnumerable<int> cutoffs)
{
    private readonly SortedDictionary<int, Sums> sums = new(cutoffs.Distinct().ToDictionary(k => k, _ => new Sums()));

    private long events;
    private long users;

    /// <summary>The longest list that is looked at.</summary>
    public int MaxCutoff => sums.Keys.Max();

    public long Events => events;

    /// <param name="hits">For each place of the user's list, best first: is it one of the test items?</param>
    /// <param name="testItems">How many test items the user has; at least one.</param>
    public void Add(ReadOnlySpan<bool> hits, int testItems)
    {
        events += testItems;
        users++;
        foreach (var (k, sum) in sums)
        {
            var found = 0;
            double gain = 0,
                ideal = 0;
            for (var rank = 1; rank <= k; rank++)
            {
                if (rank <= hits.Length && hits[rank - 1])
                {
                    found++;
                    gain += Gain(rank);
                }
                ideal += rank <= testItems ? Gain(rank) : 0;
            }
            sum.Hits += found;
            sum.Recall += (double)found / testItems;
            sum.Ndcg += gain / ideal;
        }
    }

    public Dictionary<string, double> Compute()
    {
        var metrics = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (k, sum) in sums)
        {
            metrics[MetricName.At(MetricName.HitRate, k)] = (double)sum.Hits / events;
            metrics[MetricName.At(MetricName.Recall, k)] = sum.Recall / users;
            metrics[MetricName.At(MetricName.Ndcg, k)] = sum.Ndcg / users;
        }
        return metrics;
    }

    private static double Gain(int rank) => 1 / Math.Log2(rank + 1);

    private sealed class Sums
    {
        public long Hits { get; set; }

        public double Recall { get; set; }

        public double Ndcg { get; set; }
    }
}
