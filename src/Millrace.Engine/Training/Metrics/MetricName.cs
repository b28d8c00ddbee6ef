using Millrace.Engine.Declarations;

namespace Millrace.Engine.Training.Metrics;

/// <summary>The names that the metrics are computed under; which task has which is in <see cref="MetricNames"/>.</summary>
internal static class MetricName
{
    public const string Auc = "auc";
    public const string LogLoss = "log_loss";
    public const string Accuracy = "accuracy";
    public const string F1 = "f1";
    public const string Rmse = "rmse";
    public const string Mae = "mae";
    public const string R2 = "r2";
    public const string HitRate = "hit_rate";
    public const string Recall = "recall";
    public const string Ndcg = "ndcg";

    public static bool IsBetter(string metric, double value, double than) =>
        MetricNames.HigherIsBetter(metric) ? value > than : value < than;

    public static string At(string stem, int k) => FormattableString.Invariant($"{stem}@{k}");
}
