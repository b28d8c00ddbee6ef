using FsCheck;
using FsCheck.Fluent;
using Millrace.Engine.Declarations;
using Millrace.Engine.Outcomes;
using Xunit;

namespace Millrace.Tests.Outcomes;

public sealed class LiveMetricTests
{
    [Fact]
    public void Every_loss_is_between_right_and_wrong()
    {
        Prop.ForAll<int, double, double>(
                (rank, predicted, actual) =>
                {
                    var probability = double.IsFinite(predicted) ? Math.Abs(predicted % 1) : 0;
                    double[] losses =
                    [
                        new LiveMetric("hit_rate@10").LossOfRank(rank),
                        new LiveMetric("ndcg@10").LossOfRank(rank),
                        new LiveMetric("accuracy").LossOfClass(probability, rank > 0),
                        new LiveMetric("log_loss").LossOfClass(probability, rank > 0),
                        new LiveMetric(LiveMetric.Brier).LossOfClass(probability, rank > 0),
                        new LiveMetric(LiveMetric.Error, 3).LossOfValue(predicted, actual),
                    ];
                    return losses.All(l => l is >= 0 and <= 1);
                }
            )
            .Check(Config.QuickThrowOnFailure.WithReplay(7, 13));
    }

    [Fact]
    public void A_worse_answer_never_loses_less()
    {
        Prop.ForAll<NonNegativeInt, NonNegativeInt, double>(
                (first, second, actual) =>
                {
                    var (near, far) = (Math.Min(first.Get, second.Get), Math.Max(first.Get, second.Get));
                    var error = new LiveMetric(LiveMetric.Error, 2);
                    var ndcg = new LiveMetric("ndcg@10");
                    var log = new LiveMetric("log_loss");
                    return (!double.IsFinite(actual) || error.LossOfValue(near, 0) <= error.LossOfValue(far, 0))
                        && ndcg.LossOfRank(near + 1) <= ndcg.LossOfRank(far + 1)
                        && log.LossOfClass(1.0 / (1 + near), false) <= log.LossOfClass(1.0 / (1 + far), false);
                }
            )
            .Check(Config.QuickThrowOnFailure.WithReplay(7, 13));
    }

    [Fact]
    public void Losses_have_the_values_that_the_metrics_definitions_give()
    {
        Assert.Equal(0, new LiveMetric("hit_rate@10").LossOfRank(10));
        Assert.Equal(1, new LiveMetric("hit_rate@10").LossOfRank(11));
        Assert.Equal(1, new LiveMetric("hit_rate@10").LossOfRank(0));
        Assert.Equal(0.5, new LiveMetric("ndcg@10").LossOfRank(3), 12);
        Assert.Equal(0.04, new LiveMetric(LiveMetric.Brier).LossOfClass(0.8, true), 12);
        var log = new LiveMetric("log_loss");
        Assert.Equal(Math.Log(2), log.OfLoss(log.LossOfClass(0.5, true)), 12);
        Assert.Equal(1, log.LossOfClass(0, false));
        Assert.Equal(0.5, new LiveMetric(LiveMetric.Error, 4).LossOfValue(6, 10), 12);
        Assert.Equal("brier", LiveMetric.Of(TaskKind.Classify, "auc").Name);
    }
}
