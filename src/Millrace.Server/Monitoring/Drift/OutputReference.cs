namespace Millrace.Monitoring.Drift;

/// <summary>A version's first outputs: what its later ones are held against, for no training row says what it would answer.</summary>
internal sealed record OutputReference
{
    public const string Column = "output";

    /// <summary>As many are enough to tell ten bins from chance.</summary>
    private const int Enough = 1000;

    private const int Bins = 10;

    /// <summary>Scores, until there are enough.</summary>
    public List<double> Scores { get; init; } = [];

    /// <summary>The items that stood first and how often, until there are enough predictions.</summary>
    public Dictionary<string, long> Items { get; init; } = new(StringComparer.Ordinal);

    public long Count { get; set; }

    public ReferenceBins? Made { get; set; }

    /// <summary>The bin of an output, where the reference is made already; else it becomes part of it.</summary>
    public int? Take(double? score, string? item)
    {
        if (Made is not null)
        {
            return score is { } s ? Made.Of(s) : Made.OfText(item);
        }

        Count++;
        if (score is { } first)
        {
            Scores.Add(first);
        }
        else if (item is not null)
        {
            Items[item] = Items.GetValueOrDefault(item) + 1;
        }

        if (Count >= Enough)
        {
            Made = Scores.Count > 0 ? OfScores() : OfItems();
            Scores.Clear();
            Items.Clear();
        }

        return null;
    }

    /// <summary>Ten bins of about as many scores each.</summary>
    private ReferenceBins OfScores()
    {
        Scores.Sort();
        var edges = Enumerable
            .Range(0, Bins + 1)
            .Select(i => Scores[Math.Min(Scores.Count - 1, i * Scores.Count / Bins)])
            .Distinct()
            .ToList();
        if (edges.Count == 1)
        {
            edges.Add(edges[0] + 1);
        }

        var counts = new long[edges.Count - 1];
        var bins = ReferenceBins.Numbers(Column, edges, counts, Count - Scores.Count, ReferenceBins.Number);
        foreach (var score in Scores)
        {
            counts[bins.Of(score) - 2]++;
        }

        return ReferenceBins.Numbers(Column, edges, counts, Count - Scores.Count, ReferenceBins.Number);
    }

    private ReferenceBins OfItems() =>
        ReferenceBins.Categories(
            Column,
            Count,
            Count - Items.Values.Sum(),
            [
                .. Items
                    .OrderByDescending(i => i.Value)
                    .ThenBy(i => i.Key, StringComparer.Ordinal)
                    .Take(2 * Bins)
                    .Select(i => (i.Key, i.Value)),
            ]
        );
}
