using Millrace.Engine.Declarations;

namespace Millrace.Engine.Outcomes;

/// <summary>
/// The metric that is watched while a model serves: a mean over outcomes, each between 0 and 1, so that evidence can be had
/// from every single one. Where a loop's metric is no such mean (auc, f1, rmse …), the nearest that is one is watched.
/// </summary>
/// <param name="Name">hit_rate@10, recall@10, ndcg@10; accuracy, brier, log_loss; error.</param>
/// <param name="Scale">Regress: the error that counts half, the version's own mean absolute error when it was tested.</param>
public sealed record LiveMetric(string Name, double Scale = 1)
{
    public const string Brier = "brier";
    public const string Error = "error";

    /// <summary>A log loss this large, or larger, counts as wholly wrong.</summary>
    public const double WorstLogLoss = 5;

    public bool HigherIsBetter => Name is not (Brier or Error or "log_loss");

    /// <summary>How long the list is that an item must be in; null for other tasks.</summary>
    public int? Cutoff => MetricNames.Cutoff(Name);

    /// <summary>What a loop may name to be watched: means over outcomes, of which each has its own part. An AUC is none.</summary>
    public static IReadOnlyList<string> Watched(TaskKind task) =>
        task switch
        {
            TaskKind.Classify => [Brier, "accuracy", "log_loss"],
            TaskKind.Regress => [Error, "mae", "rmse"],
            _ => MetricNames.Of(task),
        };

    /// <summary>The live metric of a loop.</summary>
    public static LiveMetric Of(TaskKind task, string? watch, double scale = 1) =>
        task switch
        {
            TaskKind.Recommend => new(watch ?? MetricNames.Primary(task)),
            TaskKind.Regress => new(Error, scale > 0 ? scale : 1),
            _ => new(watch is "accuracy" or "log_loss" or Brier ? watch : Brier),
        };

    /// <summary>The loss of a list, between 0 and 1.</summary>
    /// <param name="rank">The place of what was chosen, from 1; 0 where the list has it not.</param>
    public double LossOfRank(int rank) =>
        rank < 1 || rank > Cutoff ? 1
        : Name.StartsWith("ndcg", StringComparison.Ordinal) ? 1 - (1 / Math.Log2(rank + 1))
        : 0;

    /// <summary>The loss of a classification, between 0 and 1.</summary>
    /// <param name="probability">What was given to the class that happened.</param>
    /// <param name="isMostProbable">Whether that class was the answer.</param>
    public double LossOfClass(double probability, bool isMostProbable) =>
        Name switch
        {
            "accuracy" => isMostProbable ? 0 : 1,
            "log_loss" => Math.Min(-Math.Log(Math.Max(probability, 1e-15)), WorstLogLoss) / WorstLogLoss,
            // Of two classes: the squared distance of the probability from the truth.
            _ => (1 - probability) * (1 - probability),
        };

    /// <summary>The loss of a value, between 0 and 1: half at <see cref="Scale"/>, nearly 1 far away.</summary>
    public double LossOfValue(double predicted, double actual)
    {
        var error = Math.Abs(predicted - actual);
        return double.IsFinite(error) ? error / (error + Scale) : 1;
    }

    /// <summary>The metric that a mean loss comes to, in the units that people know it by.</summary>
    public double OfLoss(double loss) =>
        HigherIsBetter ? 1 - loss
        : Name is "log_loss" ? loss * WorstLogLoss
        : loss;
}
