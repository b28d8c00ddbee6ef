using Millrace.Engine.Tables;

namespace Millrace.Engine.Training;

/// <summary>What a model answers where nothing has shifted: the reference of what it answers in service.</summary>
internal static class AnswerProfile
{
    /// <summary>The name of the profile: no input's, it stands apart from theirs.</summary>
    public const string Name = "output";

    private const int Bins = 10;

    /// <summary>Bins of about as many scores each: most scores lie close together, and bins of one width would see nothing there.</summary>
    /// <param name="scores">Values or probabilities; put in order.</param>
    public static ColumnProfile? OfScores(double[] scores)
    {
        if (scores.Length == 0)
        {
            return null;
        }

        Array.Sort(scores);
        var edges = Enumerable
            .Range(0, Bins + 1)
            .Select(i => scores[Math.Min(scores.Length - 1, i * scores.Length / Bins)])
            .Distinct()
            .ToList();
        if (edges.Count == 1)
        {
            edges.Add(edges[0] + 1);
        }

        var histogram = new List<Bin>();
        var at = 0;
        for (var i = 0; i < edges.Count - 1; i++)
        {
            var from = at;
            var isLast = i == edges.Count - 2;
            while (at < scores.Length && (isLast || scores[at] < edges[i + 1]))
            {
                at++;
            }

            histogram.Add(new(edges[i], edges[i + 1], at - from));
        }

        return new()
        {
            Name = Name,
            Type = ColumnType.Double,
            Count = scores.Length,
            Nulls = 0,
            DistinctEstimate = edges.Count,
            Histogram = histogram,
        };
    }

    /// <summary>Labels, or the items that stand first: the most frequent, and all others.</summary>
    public static ColumnProfile? OfNames(IEnumerable<string> names)
    {
        var counts = names
            .CountBy(n => n, StringComparer.Ordinal)
            .OrderByDescending(n => n.Value)
            .ThenBy(n => n.Key, StringComparer.Ordinal)
            .ToList();
        return counts.Count == 0
            ? null
            : new()
            {
                Name = Name,
                Type = ColumnType.String,
                Count = counts.Sum(c => (long)c.Value),
                Nulls = 0,
                DistinctEstimate = counts.Count,
                Top = [.. counts.Take(2 * Bins).Select(c => new ValueCount(c.Key, c.Value))],
            };
    }
}
