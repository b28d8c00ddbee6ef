using Millrace.Engine.Declarations;
using Millrace.Engine.Outcomes;

namespace Millrace.Loop.Backtest;

/// <summary>What one prediction came to.</summary>
/// <param name="Loss">Between 0 and 1, as the monitor of a live endpoint sees it.</param>
/// <param name="Points">What it adds to the metric of the table.</param>
internal readonly record struct Verdict(double Loss, double Points);

/// <summary>
/// Judges predictions. The table's metric is always a mean over predictions, so that its parts add up; where the loop's is none (auc,
/// f1, r2), it is the nearest that is one.
/// </summary>
internal sealed class Judge(TaskKind task, string? watch)
{
    private const double LeastProbability = 1e-15;

    private readonly LiveMetric live = LiveMetric.Of(task, watch);

    /// <summary>The table's metric: hit_rate@k, recall@k, ndcg@k; accuracy, brier, log_loss; rmse, mae.</summary>
    public string Metric { get; } =
        task == TaskKind.Regress
            ? watch is "mae"
                ? "mae"
                : "rmse"
            : LiveMetric.Of(task, watch).Name;

    public bool HigherIsBetter => MetricNames.HigherIsBetter(Metric) && Metric is not LiveMetric.Brier;

    /// <summary>How long lists are.</summary>
    public int Cutoff => live.Cutoff ?? 0;

    /// <param name="rank">The place of what was chosen, from 1; 0 where the list has it not.</param>
    public Verdict OfRank(int rank) => live.LossOfRank(rank) is var loss ? new(loss, 1 - loss) : default;

    public Verdict OfClass(double probability, bool isMostProbable)
    {
        var loss = live.LossOfClass(probability, isMostProbable);
        return new(
            loss,
            Metric switch
            {
                "accuracy" => 1 - loss,
                "log_loss" => -Math.Log(Math.Max(probability, LeastProbability)),
                _ => loss,
            }
        );
    }

    /// <param name="predicted">What was said.</param>
    /// <param name="actual">What happened.</param>
    /// <param name="scale">The error that counts half: the model's own when it was tested.</param>
    public Verdict OfValue(double predicted, double actual, double scale)
    {
        var error = Math.Abs(predicted - actual);
        return new(
            LiveMetric.Of(task, watch, scale).LossOfValue(predicted, actual),
            Metric is "mae" ? error : error * error
        );
    }

    /// <summary>The metric that a mean of points comes to.</summary>
    public double Of(MetricSum sum) => Metric is "rmse" ? Math.Sqrt(sum.Mean) : sum.Mean;
}

/// <summary>Points of many predictions.</summary>
internal struct MetricSum
{
    public double Points { get; private set; }

    public long Count { get; private set; }

    public readonly double Mean => Points / Count;

    public void Add(double points)
    {
        Points += points;
        Count++;
    }
}
