using Millrace.Engine.Declarations;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;
using Millrace.Engine.Training;
using Xunit;

namespace Millrace.Tests.Training;

/// <summary>What a model has learned from: nothing of the future, everything of the past where it is refitted.</summary>
public sealed class PastOnlyTests : IDisposable
{
    /// <summary>Forty days; each day has a user and an item of its own, and a crowd that had something ordinary.</summary>
    private const string Days = """
        SELECT TIMESTAMP '2024-01-01' + to_days(d::INTEGER) + to_minutes(k::INTEGER) AS "at",
               CASE WHEN k = 0 THEN 10000 + d ELSE (d * 7 + k) % 90 END::BIGINT AS "user",
               CASE WHEN k = 0 THEN 5000 + d ELSE (d * 3 + k * k) % 40 END::BIGINT AS item
        FROM range(40) a(d), range(20) b(k) ORDER BY d, k
        """;

    private static readonly DateTimeOffset Start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Workshop shop = new();

    [Fact]
    public async Task Rows_at_the_bound_or_later_reach_nothing_that_was_learned()
    {
        var spec = Viewers(Days) with { Until = Start.AddDays(20) };
        await shop.TrainAsync(spec);

        Assert.Equal(Enumerable.Range(0, 20).Select(d => 10000L + d), OwnUsers(spec.OutputFolder));
        Assert.All(Items(spec.OutputFolder), item => Assert.True(item < 5020, $"{item} is of the future."));
        Assert.Equal(Start.AddDays(19).AddMinutes(19), PackageReader.ReadCard(spec.OutputFolder).TrainedUntil);
    }

    [Fact]
    public async Task A_planted_future_changes_no_bit_of_the_model()
    {
        var whole = Viewers(Days) with { Until = Start.AddDays(20) };
        var past = Viewers($"SELECT * FROM ({Days}) d WHERE d.\"at\" < TIMESTAMP '2024-01-21'");
        var numbered = Viewers(Days) with { UntilRow = 400 };

        var hash = (await shop.TrainAsync(past)).ModelHash;
        Assert.Equal(hash, (await shop.TrainAsync(whole)).ModelHash);
        Assert.Equal(hash, (await shop.TrainAsync(numbered)).ModelHash);
        Assert.NotEqual(hash, (await shop.TrainAsync(Viewers(Days))).ModelHash, StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_label_that_only_the_future_explains_is_not_learned()
    {
        // Before row 600 the label is a coin's; from there on it is x. A model of the past cannot know.
        const string rows = """
            SELECT (hash(i) % 100)::BIGINT AS x,
                   CASE WHEN i < 600 THEN hash(i + 11) % 2 = 0 ELSE hash(i) % 100 >= 50 END AS y FROM range(3000) t(i)
            """;
        var model = Workshop.Model(TaskKind.Classify, "lightgbm", ("num_iterations", "40")) with
        {
            Target = "y",
            Split = new() { By = SplitBy.Order },
        };
        var past = shop.Spec(rows, model) with { UntilRow = 600 };
        var all = shop.Spec(rows, model);

        await shop.TrainAsync(past);
        await shop.TrainAsync(all);

        Assert.InRange(Spread(past.OutputFolder), 0, 0.4);
        Assert.InRange(Spread(all.OutputFolder), 0.6, 1);
        Assert.Equal(600, PackageReader.ReadCard(past.OutputFolder).TrainedUntilRow);

        static double Spread(string folder)
        {
            using var predictor = (ScorePredictor)PackageReader.Open(folder);
            var (low, high) = (new double[2], new double[2]);
            predictor.Score([Value.Of(20)], low);
            predictor.Score([Value.Of(80)], high);
            return Math.Abs(high[1] - low[1]);
        }
    }

    [Fact]
    public async Task What_serves_knows_the_test_rows_and_what_was_tested_does_not()
    {
        var spec = Viewers(Days);
        var report = await shop.TrainAsync(spec);
        var tested = ModelFolder.FindTested(spec.OutputFolder)!;

        Assert.Equal(Enumerable.Range(0, 40).Select(d => 10000L + d), OwnUsers(spec.OutputFolder));
        Assert.Equal(Enumerable.Range(0, 32).Select(d => 10000L + d), OwnUsers(tested));
        Assert.DoesNotContain(report.Files, f => f.Name.Contains("tested", StringComparison.Ordinal));

        var kept = spec with
        {
            Model = spec.Model with { Split = new() { Refit = false } },
            OutputFolder = shop.NewPath(),
        };
        await shop.TrainAsync(kept);
        Assert.Null(ModelFolder.FindTested(kept.OutputFolder));
        Assert.Equal(
            ModelFolder.Hash(ModelFolder.Files(tested)),
            ModelFolder.Hash(ModelFolder.Files(kept.OutputFolder))
        );
    }

    [Fact]
    public async Task A_refitted_champion_is_compared_on_rows_that_it_has_not_seen()
    {
        var spec = Viewers(Days);
        await shop.TrainAsync(spec);
        var earlier = Viewers(Days) with { Until = Start.AddDays(34) };
        await shop.TrainAsync(earlier);

        var report = await EvaluateAsync(spec, earlier.OutputFolder);
        var unseen = report.Unseen["champion"];
        Assert.DoesNotContain("candidate", report.Unseen.Keys);
        Assert.InRange(unseen.Rows, EvaluateModels.FewestUnseen, report.Rows - 1);
        Assert.NotEqual(report.Metrics["champion"]["hit_rate@10"], unseen.Metrics["champion"]["hit_rate@10"]);
        Assert.Contains("candidate", unseen.Metrics.Keys);

        var itself = await EvaluateAsync(spec, spec.OutputFolder);
        Assert.Equal(0, itself.Unseen["champion"].Rows);
        Assert.Empty(itself.Unseen["champion"].Metrics);
    }

    [Fact]
    public async Task Where_rows_have_no_time_their_order_says_what_a_champion_has_seen()
    {
        const string rows =
            "SELECT (hash(i) % 100)::BIGINT AS x, (hash(i) % 100 + hash(i + 1) % 50)::DOUBLE AS y FROM range(2000) t(i)";
        var model = Workshop.Model(TaskKind.Regress, "lightgbm", ("num_iterations", "20")) with
        {
            Target = "y",
            Split = new() { By = SplitBy.Order },
        };
        var spec = shop.Spec(rows, model);
        await shop.TrainAsync(spec);
        var earlier = shop.Spec(rows, model) with { UntilRow = 1700 };
        await shop.TrainAsync(earlier);

        var report = await EvaluateAsync(spec, earlier.OutputFolder);
        Assert.Equal(300, report.Unseen["champion"].Rows);
        Assert.NotEqual(report.Metrics["candidate"]["rmse"], report.Unseen["champion"].Metrics["candidate"]["rmse"]);
    }

    public void Dispose() => shop.Dispose();

    /// <summary>The champion as it serves: refitted.</summary>
    private Task<EvaluationReport> EvaluateAsync(TrainingSpec spec, string champion) =>
        EvaluateModels.RunAsync(
            new()
            {
                Training = spec with { OutputFolder = shop.NewPath() },
                Packages = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["candidate"] = ModelFolder.FindTested(spec.OutputFolder)!,
                    ["champion"] = champion,
                },
            },
            shop,
            TestContext.Current.CancellationToken
        );

    private TrainingSpec Viewers(string query) =>
        shop.Spec(query, Workshop.Model(TaskKind.Recommend, "popularity") with { User = "user", Item = "item" }, "at");

    private static List<long> OwnUsers(string folder)
    {
        using var predictor = (ItemPredictor)PackageReader.Open(folder);
        return [.. Enumerable.Range(10000, 50).Select(u => (long)u).Where(u => predictor.Knows(Value.Of(u)))];
    }

    private static List<long> Items(string folder)
    {
        using var predictor = (ItemPredictor)PackageReader.Open(folder);
        return [.. predictor.Recommend(Value.Of(-1), 1000).Select(i => i.Item.AsInt64)];
    }
}
