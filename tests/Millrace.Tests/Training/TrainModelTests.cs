using Millrace.Engine.Declarations;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;
using Millrace.Engine.Training;
using Xunit;

namespace Millrace.Tests.Training;

public sealed class TrainModelTests : IDisposable
{
    private readonly Workshop shop = new();

    [Fact]
    public async Task The_same_spec_gives_the_same_hash_with_one_thread_and_with_two_and_another_seed_another()
    {
        var first = await shop.TrainAsync(Spec());
        var second = await shop.TrainAsync(Spec());
        var twoThreads = await shop.TrainAsync(Spec(("num_threads", "2")));
        Assert.Equal(first.ModelHash, second.ModelHash);
        Assert.Equal(first.ModelHash, twoThreads.ModelHash);
        Assert.Equal(first.Metrics, second.Metrics);
        var spec = Spec();
        var otherSeed = await shop.TrainAsync(spec with { Model = spec.Model with { Seed = 2 } });
        Assert.NotEqual(first.ModelHash, otherSeed.ModelHash, StringComparer.Ordinal);
    }

    [Fact]
    public async Task How_the_rows_are_divided_into_files_changes_nothing()
    {
        var whole = Spec();
        var parts = new[] { "i < 700", "i >= 700 AND i < 701", "i >= 701" }
            .Select(where => shop.Spec($"{Customers.Sql} WHERE {where}", whole.Model).Files[0])
            .ToArray();
        var one = await shop.TrainAsync(whole);
        var three = await shop.TrainAsync(whole with { Files = parts, OutputFolder = shop.NewPath() });
        Assert.Equal(one.ModelHash, three.ModelHash);
    }

    [Theory]
    [InlineData(true, 210, "1290")]
    [InlineData(false, 160, "1290")]
    public async Task Inputs_are_profiled_over_the_rows_that_were_learned_from(bool refit, long rows, string oldest)
    {
        var model = Workshop.Model(TaskKind.Regress, "lightgbm") with
        {
            Target = "y",
            Window = TimeSpan.FromDays(20.5),
            Split = new() { Test = 0.2, Refit = refit },
        };
        var spec = shop.Spec(
            "SELECT i::BIGINT AS x, (i % 9)::DOUBLE AS y, TIMESTAMP '2024-01-01' + INTERVAL (i // 10) DAY AS at FROM range(1500) t(i)",
            model,
            "at"
        );

        var report = await shop.TrainAsync(spec with { ProfilesInputs = true });

        var x = Assert.Single(report.Learned);
        Assert.Equal(("x", rows, oldest), (x.Name, x.Count, x.Min));
        Assert.Equal(rows, x.Histogram.Sum(b => b.Count));
    }

    [Fact]
    public async Task A_model_beats_the_baseline_and_says_what_it_learned_from()
    {
        var report = await shop.TrainAsync(Spec());
        Assert.True(report.Metrics["auc"] > 0.8);
        Assert.True(report.Metrics["log_loss"] < report.Baseline["log_loss"]);
        Assert.Equal("log_loss", report.PrimaryMetric);
        Assert.False(report.HigherIsBetter);
        Assert.Equal(1500, report.TrainRows + report.TestRows);
        Assert.Equal(
            ["age", "spent", "town", "loyal", "spent_twice"],
            report.Importance.Select(i => i.Feature).Order(Comparer()),
            StringComparer.Ordinal
        );
        Assert.Contains(report.Notices, n => n.Contains("'name' was left out", StringComparison.Ordinal));
        Assert.Contains(report.Notices, n => n.Contains("'joined' was left out", StringComparison.Ordinal));
        Assert.Equal("0.05", report.Parameters["learning_rate"]);
        Assert.Equal(
            ["model.json", "model.txt", "recipe.json"],
            report.Files.Select(f => f.Name),
            StringComparer.Ordinal
        );
        Assert.True(report.PeakMemoryBytes > 10 << 20);
        Assert.Contains(shop.Metrics, m => m is { Key: "valid_log_loss", Step: 1 });

        static Comparer<string> Comparer() =>
            Comparer<string>.Create((a, b) => Array.IndexOf(Order, a).CompareTo(Array.IndexOf(Order, b)));
    }

    [Fact]
    public async Task Serving_a_raw_row_gives_what_was_tested()
    {
        var spec = Spec();
        var trained = await shop.TrainAsync(spec);
        var evaluated = await shop.EvaluateAsync(spec, ("candidate", spec.OutputFolder));
        Assert.Equal(trained.Metrics, evaluated.Metrics["candidate"]);
        Assert.Equal(trained.Baseline, evaluated.Metrics["baseline"]);
        Assert.Equal(trained.TestRows, evaluated.Rows);

        using var predictor = (ScorePredictor)PackageReader.Open(spec.OutputFolder);
        Assert.Equal(
            ["age", "spent", "town", "loyal"],
            predictor.Card.Inputs.Select(c => c.Name),
            StringComparer.Ordinal
        );
        Assert.Equal(["no", "yes"], predictor.Card.Classes);
        var scores = new double[predictor.Outputs];
        predictor.Score([Value.Of(70), Value.Null, Value.Of("nowhere"), Value.Of(true)], scores);
        Assert.Equal(1, scores.Sum(), 12);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_package_says_how_its_probabilities_were_distributed_in_the_test(bool refit)
    {
        var spec = Spec();
        spec = spec with { Model = spec.Model with { Split = spec.Model.Split with { Refit = refit } } };
        var report = await shop.TrainAsync(spec);

        var answers = PackageReader.ReadCard(spec.OutputFolder).Answers!;

        Assert.Equal((report.TestRows, "output"), (answers.Count, answers.Name));
        Assert.Equal(report.TestRows, answers.Histogram.Sum(b => b.Count));
        Assert.All(answers.Histogram, b => Assert.InRange(b.Count, report.TestRows / 12, report.TestRows / 8));
        Assert.InRange(answers.Histogram[0].From, 0, 0.3);
        Assert.InRange(answers.Histogram[^1].To, 0.7, 1);
    }

    [Fact]
    public async Task A_champion_of_another_task_or_with_a_column_that_is_gone_is_not_compared()
    {
        var spec = Spec();
        await shop.TrainAsync(spec);
        var without = spec with
        {
            Schema = [.. spec.Schema.Where(c => c.Name is not "town")],
            OutputFolder = shop.NewPath(),
        };
        await Workshop.AssertRefusedAsync(
            "column 'town'",
            () => shop.EvaluateAsync(without, ("champion", spec.OutputFolder))
        );
        var other = spec with { Model = spec.Model with { Task = TaskKind.Regress, Target = "age" } };
        await Workshop.AssertRefusedAsync(
            "another task",
            () => shop.EvaluateAsync(other, ("champion", spec.OutputFolder))
        );
    }

    [Fact]
    public async Task Training_stops_when_it_is_cancelled()
    {
        using var source = new CancellationTokenSource();
        var spec = Spec(("num_iterations", "100000"), ("early_stopping_rounds", "100000"));
        var training = TrainModel.RunAsync(spec, new CancelAtRound(source, 20), source.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => training);
    }

    public void Dispose() => shop.Dispose();

    private static readonly string[] Order = ["age", "spent", "town", "loyal", "spent_twice"];

    private TrainingSpec Spec(params (string Name, string Value)[] parameters) => Customers.Spec(shop, parameters);

    private sealed class CancelAtRound(CancellationTokenSource source, int round) : Engine.Work.IWorkSink
    {
        public void Progress(double? done, string doing) { }

        public void Metric(string key, double value, long step)
        {
            Assert.True(step <= round, "It went on.");
            if (step == round)
            {
                source.Cancel();
            }
        }

        public void Log(string line) { }
    }
}
