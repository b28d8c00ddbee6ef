using System.Globalization;

namespace Millrace.Engine.Declarations;

/// <summary>The metrics of each task by name, which way is better, and which one decides where the loop names none.</summary>
public static class MetricNames
{
    private static readonly string[] Ranking = ["hit_rate", "recall", "ndcg"];

    public static IReadOnlyList<string> Of(TaskKind task) =>
        task switch
        {
            TaskKind.Classify => ["auc", "log_loss", "accuracy", "f1"],
            TaskKind.Regress => ["rmse", "mae", "r2"],
            _ => ["hit_rate@10", "recall@10", "ndcg@10"],
        };

    public static string Primary(TaskKind task) =>
        task switch
        {
            TaskKind.Classify => "log_loss",
            TaskKind.Regress => "rmse",
            _ => "hit_rate@10",
        };

    public static bool HigherIsBetter(string metric) => metric is not ("log_loss" or "rmse" or "mae");

    /// <summary>Whether a task has the metric; those of a ranking are named with their k, from 1 to 1000: ndcg@25.</summary>
    public static bool IsKnown(TaskKind task, string metric) =>
        task == TaskKind.Recommend
            ? Cutoff(metric) is >= 1 and <= 1000
            : Of(task).Contains(metric, StringComparer.Ordinal);

    /// <summary>The k of a ranking's metric; null for any other text.</summary>
    public static int? Cutoff(string metric) =>
        metric.Split('@') is [var name, var k]
        && Ranking.Contains(name, StringComparer.Ordinal)
        && int.TryParse(k, NumberStyles.None, CultureInfo.InvariantCulture, out var cutoff)
            ? cutoff
            : null;
}
