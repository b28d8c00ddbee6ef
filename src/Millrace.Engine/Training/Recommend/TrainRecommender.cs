using Millrace.Engine.Scoring;
using Millrace.Engine.Work;

namespace Millrace.Engine.Training.Recommend;

/// <summary>Learns what is popular, and for item_knn which items are near each other and what each user's history says.</summary>
internal static class TrainRecommender
{
    public static RecommenderModel Run(
        Interactions interactions,
        Algorithm algorithm,
        ParameterValues parameters,
        IWorkSink sink,
        CancellationToken ct
    )
    {
        if (algorithm == Algorithm.Popularity)
        {
            return Popular(interactions, parameters.Duration("half_life"));
        }
        var history = parameters.Whole("history");
        sink.Progress(0.2, "Comparing items");
        var neighbours = new ItemNeighbours(interactions, history, parameters.Duration("similarity_half_life")).Find(
            parameters.Whole("neighbours"),
            parameters.Number("shrinkage"),
            done => sink.Progress(0.2 + (0.6 * done), "Comparing items"),
            ct
        );
        return new RecommenderModel(
            interactions.Items,
            Singles(interactions.Popularity(parameters.Duration("popularity_half_life"))),
            interactions.Users,
            Seen(interactions),
            Weights(interactions, history, parameters.Duration("history_half_life")),
            [.. neighbours.Select(row => row.Select(n => n.Item).ToArray())],
            [.. neighbours.Select(row => row.Select(n => n.Similarity).ToArray())],
            parameters.Number("popularity_weight")
        );
    }

    /// <summary>Without a half-life this is the baseline: what most users liked ever.</summary>
    public static RecommenderModel Popular(Interactions interactions, TimeSpan halfLife) =>
        new(
            interactions.Items,
            Singles(interactions.Popularity(halfLife)),
            interactions.Users,
            Seen(interactions),
            null,
            null,
            null,
            1
        );

    private static int[][] Seen(Interactions interactions)
    {
        var seen = new int[interactions.Users.Length][];
        for (var user = 0; user < seen.Length; user++)
        {
            seen[user] = interactions.ItemOf[interactions.Starts[user]..interactions.Starts[user + 1]];
        }
        return seen;
    }

    /// <summary>0 for what the user has but did not like; nothing after his newest so many liked items.</summary>
    private static float[][] Weights(Interactions interactions, int history, TimeSpan halfLife)
    {
        var weights = new float[interactions.Users.Length][];
        var row = new List<float>();
        for (var user = 0; user < weights.Length; user++)
        {
            row.Clear();
            var liked = 0;
            for (var at = interactions.Starts[user]; at < interactions.Starts[user + 1] && liked < history; at++)
            {
                liked += interactions.Liked[at] ? 1 : 0;
                row.Add(interactions.Liked[at] ? (float)Interactions.Decay(interactions.Age[at], halfLife) : 0);
            }
            weights[user] = [.. row];
        }
        return weights;
    }

    private static float[] Singles(double[] values) => [.. values.Select(v => (float)v)];
}
