namespace Millrace.Engine.Training;

/// <summary>
/// The trivial model that every other must beat: for classify the share of each class among the training rows as probabilities (so it
/// predicts the majority class), for regress the mean of the training rows. For recommend it is
/// <see cref="Recommend.TrainRecommender.Popular"/> without decay: what most users ever liked.
/// </summary>
internal static class Baseline
{
    /// <summary>The same scores for every row.</summary>
    public static double[] Scores(PreparedRows rows)
    {
        if (rows.Classes.Count == 0)
        {
            return [rows.Mean];
        }
        double all = rows.ClassCounts.Sum();
        return [.. rows.ClassCounts.Select(n => n / all)];
    }
}
