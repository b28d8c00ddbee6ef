using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;
using Millrace.Engine.Training;
using Millrace.Testing;
using Xunit;

namespace Millrace.Tests.Training;

/// <summary>Public data of known difficulty. Bounds are a little below what was measured (docs/reference/algorithms.md).</summary>
public sealed class RealDataTests(ITestOutputHelper output) : IDisposable
{
    private readonly Workshop shop = new();

    [Fact]
    public async Task Bank_marketing_in_time_order_beats_the_prior_though_times_have_changed()
    {
        var spec = shop.Spec(
            $"SELECT * EXCLUDE (duration) FROM read_csv({Csv("bank_marketing.csv.gz")}, delim = ';')",
            Model(TaskKind.Classify, "y", SplitBy.Order)
        );
        var report = await TrainAsync(spec);
        Assert.InRange(report.Metrics["auc"], 0.6, 0.8);
        Assert.True(report.Metrics["log_loss"] < report.Baseline["log_loss"]);
        Assert.Equal(0.5, report.Baseline["auc"]);
    }

    [Fact]
    public async Task Telco_churn_is_told_apart()
    {
        var spec = shop.Spec(
            $"SELECT * FROM read_csv({Csv("telco_churn.csv.gz")})",
            Model(TaskKind.Classify, "Churn", SplitBy.Random)
        );
        var report = await TrainAsync(spec);
        Assert.InRange(report.Metrics["auc"], 0.82, 0.87);
        Assert.True(report.Metrics["accuracy"] > report.Baseline["accuracy"] + 0.03);
        Assert.Contains(report.Notices, n => n.Contains("customerID", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Adult_with_question_marks_for_missing_reaches_what_boosting_reaches()
    {
        var spec = shop.Spec(
            $"SELECT * FROM read_csv({Csv("adult.csv.gz")}, nullstr = '?')",
            Model(TaskKind.Classify, "Salary", SplitBy.Random, ("num_iterations", "300"))
        );
        var report = await TrainAsync(spec);
        Assert.InRange(report.Metrics["auc"], 0.92, 0.94);
        Assert.InRange(report.Metrics["accuracy"], 0.86, 0.89);
    }

    [Fact]
    public async Task Bike_hires_are_predicted_far_better_than_by_their_mean()
    {
        var spec = shop.Spec(
            $"SELECT * FROM read_csv({Csv("bike_sharing.csv.gz")})",
            Model(TaskKind.Regress, "cnt", SplitBy.Random, ("num_iterations", "300")) with
            {
                // casual + registered = cnt.
                Ignore = ["instant", "casual", "registered"],
            }
        );
        var report = await TrainAsync(spec);
        Assert.True(report.Metrics["rmse"] < 0.3 * report.Baseline["rmse"]);
        Assert.True(report.Metrics["r2"] > 0.93);
    }

    [Fact]
    public async Task Films_by_recency_and_neighbours_beat_what_was_ever_popular()
    {
        var metrics = new Dictionary<string, TrainingReport>(StringComparer.Ordinal);
        foreach (var algorithm in new[] { "popularity", "item_knn" })
        {
            var model = Workshop.Model(TaskKind.Recommend, algorithm) with
            {
                User = "user_id",
                Item = "movie_id",
                Liked = "liked",
            };
            var spec = shop.Spec(
                $"SELECT user_id::BIGINT AS user_id, movie_id::BIGINT AS movie_id, rating::INTEGER AS rating, to_timestamp(timestamp)::TIMESTAMP AS at FROM read_csv({Csv("movietweetings_ratings.csv.gz")})",
                model,
                "at",
                new DeriveStep("liked", "rating >= 7")
            );
            metrics[algorithm] = await TrainAsync(spec);
        }
        var baseline = metrics["popularity"].Baseline;
        Assert.True(metrics["popularity"].Metrics["hit_rate@10"] > baseline["hit_rate@10"] * 1.2);
        Assert.True(metrics["item_knn"].Metrics["hit_rate@10"] >= metrics["popularity"].Metrics["hit_rate@10"]);
        Assert.Equal(baseline, metrics["item_knn"].Baseline);
    }

    public void Dispose() => shop.Dispose();

    private static string Csv(string name) => Sql.Literal(SharedData.Require(name));

    private static ModelDeclaration Model(
        TaskKind task,
        string target,
        SplitBy split,
        params (string, string)[] parameters
    ) =>
        Workshop.Model(task, "lightgbm", parameters) with
        {
            Target = target,
            Split = new SplitDeclaration { By = split },
        };

    private async Task<TrainingReport> TrainAsync(TrainingSpec spec)
    {
        var report = await shop.TrainAsync(spec);
        foreach (var line in shop.Log)
        {
            output.WriteLine(line);
        }

        shop.Log.Clear();
        return report;
    }
}
