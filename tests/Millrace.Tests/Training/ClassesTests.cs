using Millrace.Engine.Declarations;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;
using Millrace.Engine.Training;
using Xunit;

namespace Millrace.Tests.Training;

/// <summary>What is learned of classes: two, more of them, and such as turn up late.</summary>
public sealed class ClassesTests : IDisposable
{
    private readonly Workshop shop = new();

    [Fact]
    public async Task Classes_are_learned_until_their_log_loss_is_lowest_whatever_chooses_the_algorithm()
    {
        var spec = Spec(("num_iterations", "1000"));

        var byLogLoss = await shop.TrainAsync(spec);
        var byAuc = await shop.TrainAsync(
            spec with
            {
                Model = spec.Model with { Metric = "auc" },
                OutputFolder = shop.NewPath(),
            }
        );

        Assert.Equal(("log_loss", "auc"), (byLogLoss.PrimaryMetric, byAuc.PrimaryMetric));
        Assert.Equal(Rounds(byLogLoss), Rounds(byAuc));

        static string Rounds(TrainingReport report) =>
            report.Notices.Single(n => n.StartsWith("Kept ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_more_classes_than_two_the_package_says_how_often_each_was_the_answer()
    {
        var spec = Spec();
        spec = spec with { Model = spec.Model with { Target = "town", Positive = null } };
        var report = await shop.TrainAsync(spec);

        var answers = PackageReader.ReadCard(spec.OutputFolder).Answers!;

        Assert.Equal(report.TestRows, answers.Top.Sum(t => t.Count));
        string[] towns = ["Bern", "Zürich", "Genf", "o'Chur"];
        Assert.All(answers.Top, t => Assert.Contains(t.Value!, towns, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_class_that_only_test_rows_have_is_not_learned_untested()
    {
        var spec = shop.Spec(
            "SELECT i AS at, i % 7 AS x, CASE WHEN i >= 450 THEN 'new' WHEN i % 7 > 3 THEN 'yes' ELSE 'no' END AS y FROM range(500) t(i)",
            new()
            {
                Task = TaskKind.Classify,
                Target = "y",
                Try = [new("lightgbm", new Dictionary<string, string>(StringComparer.Ordinal))],
                Split = new() { By = SplitBy.Order, Test = 0.2 },
            }
        );

        var report = await shop.TrainAsync(spec);

        Assert.Equal(["no", "yes"], PackageReader.ReadCard(spec.OutputFolder).Classes);
        Assert.Contains(report.Notices, n => n.Contains("'new'", StringComparison.Ordinal));
        Assert.Equal(
            await File.ReadAllBytesAsync(
                Path.Combine(ModelFolder.TestedOf(spec.OutputFolder), ModelFolder.Trees),
                TestContext.Current.CancellationToken
            ),
            await File.ReadAllBytesAsync(
                Path.Combine(spec.OutputFolder, ModelFolder.Trees),
                TestContext.Current.CancellationToken
            )
        );
    }

    [Theory]
    [InlineData("no")]
    [InlineData(null)]
    public async Task What_a_class_is_given_does_not_turn_with_the_one_that_is_positive(string? positive)
    {
        var yes = Spec();
        var other = yes with
        {
            Model = yes.Model with { Positive = positive },
            // Unasked, the rarer class is positive: here it is the first, too.
            OutputFolder = shop.NewPath(),
        };

        var asYes = await shop.TrainAsync(yes);
        var asOther = await shop.TrainAsync(other);

        Assert.Equal(asYes.Metrics["log_loss"], asOther.Metrics["log_loss"], 12);
        Assert.Equal(asYes.Metrics["auc"], asOther.Metrics["auc"], 12);
        Assert.Equal(Scores(yes), Scores(other));

        static double[] Scores(TrainingSpec spec)
        {
            using var predictor = (ScorePredictor)PackageReader.Open(spec.OutputFolder);
            var scores = new double[predictor.Outputs];
            predictor.Score([Value.Of(70), Value.Null, Value.Of("Bern"), Value.Of(true)], scores);
            return scores;
        }
    }

    [Fact]
    public async Task Three_classes_and_a_regression_are_evaluated_as_they_were_tested()
    {
        var town = Spec() with { Recipe = [] };
        town = town with { Model = town.Model with { Target = "town", Positive = null, Ignore = ["id", "stays"] } };
        var spent = Spec() with { Recipe = [] };
        spent = spent with
        {
            Model = spent.Model with { Task = TaskKind.Regress, Target = "spent", Positive = null, Metric = "mae" },
        };
        foreach (var spec in new[] { town, spent })
        {
            var trained = await shop.TrainAsync(spec);
            var evaluated = await shop.EvaluateAsync(
                spec,
                ("candidate", spec.OutputFolder),
                ("champion", spec.OutputFolder)
            );
            Assert.Equal(trained.Metrics, evaluated.Metrics["candidate"]);
            Assert.Equal(trained.Metrics, evaluated.Metrics["champion"]);
            Assert.Contains(trained.Notices, n => n.Contains("without a target", StringComparison.Ordinal));
        }
    }

    public void Dispose() => shop.Dispose();

    private TrainingSpec Spec(params (string Name, string Value)[] parameters) => Customers.Spec(shop, parameters);
}
