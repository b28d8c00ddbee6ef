using Millrace.Engine.Training.Metrics;
using Xunit;

namespace Millrace.Tests.Training;

/// <summary>Against values worked out by others (scikit-learn 1.5's documentation of each function) or by hand.</summary>
public sealed class MetricsTests
{
    [Fact]
    public void Auc_of_scikit_learns_example_is_three_quarters() =>
        Assert.Equal(0.75, ClassificationMetrics.Auc([0.1, 0.4, 0.35, 0.8], [false, false, true, true]));

    // Pairs: 0.8 beats both; each 0.5 draws with 0.5 and beats 0.3: (2 + 2·(½ + 1)) / 6.
    [Fact]
    public void Auc_counts_a_tie_as_half() =>
        Assert.Equal(
            5.0 / 6,
            ClassificationMetrics.Auc([0.8, 0.5, 0.5, 0.5, 0.3], [true, true, true, false, false]),
            15
        );

    [Fact]
    public void Auc_is_one_for_perfect_zero_for_reversed_and_a_half_for_one_score_for_all()
    {
        Assert.Equal(1, ClassificationMetrics.Auc([0.1, 0.2, 0.9], [false, false, true]));
        Assert.Equal(0, ClassificationMetrics.Auc([0.9, 0.8, 0.1], [false, false, true]));
        Assert.Equal(0.5, ClassificationMetrics.Auc([0.3, 0.3, 0.3], [false, true, true]));
        Assert.Equal(double.NaN, ClassificationMetrics.Auc([0.3, 0.4], [true, true]));
    }

    [Fact]
    public void Auc_equals_the_count_over_all_pairs_on_random_tied_scores()
    {
        var random = new Random(11);
        var scores = Enumerable.Range(0, 300).Select(_ => random.Next(20) / 20.0).ToArray();
        var labels = scores.Select(s => random.NextDouble() < s).ToArray();
        double wins = 0,
            pairs = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            for (var j = 0; j < scores.Length; j++)
            {
                if (labels[i] && !labels[j])
                {
                    pairs++;
                    wins +=
                        scores[i] > scores[j] ? 1
                        : scores[i].Equals(scores[j]) ? 0.5
                        : 0;
                }
            }
        }
        Assert.Equal(wins / pairs, ClassificationMetrics.Auc(scores, labels), 12);
    }

    // sklearn.metrics.log_loss(["spam", "ham", "ham", "spam"], [[.1, .9], [.9, .1], [.8, .2], [.35, .65]]) = 0.21616…
    [Fact]
    public void Log_loss_of_scikit_learns_example() =>
        Assert.Equal(0.21616, ClassificationMetrics.LogLoss([.1, .9, .9, .1, .8, .2, .35, .65], [1, 0, 0, 1], 2), 5);

    [Fact]
    public void Log_loss_of_a_certain_error_and_of_an_unseen_class_is_large_but_finite()
    {
        Assert.Equal(-Math.Log(1e-15), ClassificationMetrics.LogLoss([1, 0], [1], 2), 6);
        Assert.Equal(-Math.Log(1e-15), ClassificationMetrics.LogLoss([0.5, 0.5], [-1], 2), 6);
    }

    // sklearn.metrics.f1_score([0, 1, 2, 0, 1, 2], [0, 2, 1, 0, 0, 1], average="macro") = 0.26…; class 0: TP 2, FP 1, FN 0.
    [Fact]
    public void F1_of_scikit_learns_example()
    {
        int[] truth = [0, 1, 2, 0, 1, 2];
        int[] predicted = [0, 2, 1, 0, 0, 1];
        Assert.Equal(0.8, ClassificationMetrics.F1(predicted, truth, 0), 15);
        Assert.Equal(0, ClassificationMetrics.F1(predicted, truth, 1));
        var probabilities = predicted.SelectMany(p => Enumerable.Range(0, 3).Select(c => c == p ? 0.8 : 0.1)).ToArray();
        Assert.Equal(0.26, ClassificationMetrics.Compute(probabilities, truth, 3, 0)["f1"], 0.007);
    }

    // sklearn.metrics.accuracy_score([0, 1, 2, 3], [0, 2, 1, 3]) = 0.5
    [Fact]
    public void Accuracy_of_scikit_learns_example() =>
        Assert.Equal(0.5, ClassificationMetrics.Accuracy([0, 2, 1, 3], [0, 1, 2, 3]));

    [Fact]
    public void A_probability_of_exactly_one_half_is_predicted_positive()
    {
        var metrics = ClassificationMetrics.Compute([0.5, 0.5, 0.51, 0.49], [1, 0], 2, positive: 1);
        Assert.Equal(1, metrics["accuracy"]);
        Assert.Equal(1, metrics["f1"]);
    }

    // sklearn: y_true [3, -0.5, 2, 7], y_pred [2.5, 0, 2, 8]: mean_squared_error 0.375, mean_absolute_error 0.5, r2_score 0.948…
    [Fact]
    public void Regression_metrics_of_scikit_learns_example()
    {
        var metrics = RegressionMetrics.Compute([2.5, 0, 2, 8], [3, -0.5, 2, 7]);
        Assert.Equal(Math.Sqrt(0.375), metrics["rmse"], 15);
        Assert.Equal(0.5, metrics["mae"], 15);
        Assert.Equal(0.9486081370449679, metrics["r2"], 12);
    }

    // User A, three test items, list hit–miss–hit: DCG 1 + 1/log2(4) = 1.5, ideal 1 + 1/log2(3) + 1/2 = 2.13093.
    // User B, one test item, found at rank 3: DCG 0.5, ideal 1.
    [Fact]
    public void Ranking_metrics_worked_out_by_hand()
    {
        var metrics = new RankingMetrics([1, 3]);
        metrics.Add([true, false, true], 3);
        metrics.Add([false, false, true], 1);
        var values = metrics.Compute();
        Assert.Equal(4, metrics.Events);
        Assert.Equal(3.0 / 4, values["hit_rate@3"]);
        Assert.Equal(((2.0 / 3) + 1) / 2, values["recall@3"], 15);
        Assert.Equal(((1.5 / (1.5 + (1 / Math.Log2(3)))) + 0.5) / 2, values["ndcg@3"], 15);
        Assert.Equal(1.0 / 4, values["hit_rate@1"]);
        Assert.Equal(0.5, values["ndcg@1"]);
    }
}
