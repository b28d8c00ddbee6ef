using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;
using Millrace.Engine.Training;
using Millrace.Engine.Training.Recommend;
using Xunit;

namespace Millrace.Tests.Training;

public sealed class RecommenderTests : IDisposable
{
    private const string Views = """
        SELECT 'u' || (hash(i) % 80) AS viewer, (hash(i * 3 + 1) % 50 + CASE WHEN hash(i) % 80 < 40 THEN 0 ELSE 25 END)::BIGINT AS film,
               TIMESTAMP '2024-01-01' + to_minutes(i::INTEGER * 30) AS at, (hash(i + 9) % 10)::INTEGER AS stars
        FROM range(3000) t(i)
        """;

    private readonly Workshop shop = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Users 1–3, items 10–13, days before the end: 1: 10@0 11@0, 2: 10@0 11@1 12@0, 3: 12@0 13@1(not liked).</summary>
    private static Interactions Small { get; } =
        new(
            [Value.Of(1), Value.Of(2), Value.Of(3)],
            [Value.Of(10), Value.Of(11), Value.Of(12), Value.Of(13)],
            [0, 2, 5, 7],
            [0, 1, 0, 2, 1, 2, 3],
            [0, 0, 0, 0, 86400, 0, 86400],
            [true, true, true, true, true, true, false]
        );

    [Fact]
    public void Popularity_halves_with_every_half_life_and_does_not_count_what_is_not_liked() =>
        Assert.Equal([2, 1.5, 2, 0], Small.Popularity(TimeSpan.FromDays(1)));

    [Fact]
    public void Ties_in_popularity_go_to_the_smaller_id_and_what_a_user_has_is_never_recommended()
    {
        var model = TrainRecommender.Popular(Small, TimeSpan.FromDays(1));
        Assert.Equal([10, 12, 11, 13], model.Recommend(Value.Of(99), 10).Select(i => i.Item.AsInt64));
        Assert.Equal([12, 13], model.Recommend(Value.Of(1), 10).Select(i => i.Item.AsInt64));
        Assert.Equal([10, 11], model.Recommend(Value.Of(3), 10).Select(i => i.Item.AsInt64));
        Assert.Empty(model.Recommend(Value.Of(1), 0));
        Assert.True(model.Knows(Value.Of(3)));
        Assert.False(model.Knows(Value.Of("3")));
    }

    // w(2, 11) = ½. |10| = √2, |11| = √1.25, |12| = √2. 10·11 = 1 + ½, 10·12 = 1, 11·12 = ½.
    [Fact]
    public void Similarity_is_the_cosine_of_recency_weights_damped()
    {
        var plain = new ItemNeighbours(Small, 10, TimeSpan.FromDays(1)).Find(10, 0, _ => { }, Ct);
        Assert.Equal([1, 2], plain[0].Select(n => n.Item));
        Assert.Equal(1.5 / Math.Sqrt(2 * 1.25), plain[0][0].Similarity, 6);
        Assert.Equal(0.5, plain[0][1].Similarity, 6);
        Assert.Equal(0.5 / Math.Sqrt(1.25 * 2), plain[2][1].Similarity, 6);
        Assert.Empty(plain[3]);
        var damped = new ItemNeighbours(Small, 10, TimeSpan.FromDays(1)).Find(1, 3, _ => { }, Ct);
        Assert.Equal(1.5 / (Math.Sqrt(2 * 1.25) + 3), Assert.Single(damped[0]).Similarity, 6);
    }

    [Fact]
    public void A_users_score_sums_similarity_times_recency_and_popularity()
    {
        var parameters = Algorithm.ItemKnn.Resolve(
            Declared(
                "item_knn",
                ("shrinkage", "0"),
                ("history_half_life", "1d"),
                ("similarity_half_life", "1d"),
                ("popularity_half_life", "1d"),
                ("popularity_weight", "0.5")
            )
        );
        var model = TrainRecommender.Run(Small, Algorithm.ItemKnn, parameters, shop, Ct);
        var first = model.Recommend(Value.Of(1), 2);
        Assert.Equal([12, 13], first.Select(i => i.Item.AsInt64));
        // From 10: ½, from 11: 0.5/√2.5, and the most popular gets all of the popularity's weight.
        Assert.Equal(0.5 + (0.5 / Math.Sqrt(2.5)) + 0.5, first[0].Score, 5);
        Assert.Equal(0, first[1].Score);
    }

    [Theory]
    [InlineData("popularity")]
    [InlineData("item_knn")]
    public async Task A_recommender_is_trained_packed_read_and_evaluated_the_same(string algorithm)
    {
        var spec = Spec(algorithm);
        var trained = await shop.TrainAsync(spec);
        var again = await shop.TrainAsync(spec with { OutputFolder = shop.NewPath() });
        Assert.Equal(trained.ModelHash, again.ModelHash);
        var evaluated = await shop.EvaluateAsync(spec, ("candidate", spec.OutputFolder));
        Assert.Equal(trained.Metrics, evaluated.Metrics["candidate"]);
        Assert.Equal(trained.Baseline, evaluated.Metrics["baseline"]);
        Assert.Contains("ndcg@7", trained.Metrics);
        Assert.Equal(trained.TestRows, evaluated.Rows);

        using var predictor = (ItemPredictor)PackageReader.Open(spec.OutputFolder);
        Assert.Equal("viewer", predictor.Card.User);
        Assert.True(predictor.Knows(Value.Of("u3")));
        Assert.False(predictor.Knows(Value.Of("stranger")));
        var forStranger = predictor.Recommend(Value.Of("stranger"), 12);
        Assert.Equal(12, forStranger.Count);
        Assert.Equal(forStranger, forStranger.OrderByDescending(i => i.Score));
        Assert.Equal(forStranger, predictor.Recommend(Value.Null, 12));
        Assert.Contains(
            predictor.Card.Answers!.Top,
            t =>
                string.Equals(
                    t.Value,
                    predictor.Recommend(Value.Of("u3"), 1)[0].Item.ToString(),
                    StringComparison.Ordinal
                )
        );
    }

    [Fact]
    public async Task Test_events_are_liked_and_new_to_the_user_and_the_others_do_not_count()
    {
        var spec = Spec("popularity");
        var events = await Count(spec);
        var everything = await Count(spec with { Model = spec.Model with { Liked = null } });
        Assert.InRange(events, 10, everything - 1);

        async Task<long> Count(TrainingSpec s) =>
            (await shop.TrainAsync(s with { OutputFolder = shop.NewPath() })).TestRows;
    }

    [Fact]
    public async Task Columns_that_cannot_be_ids_or_likes_are_refused()
    {
        await Refused("is no bool", m => m with { Liked = "stars" });
        await Refused("an id is an int64 or a string", m => m with { User = "at" });
        await Refused("'user_id' is the user already", m => m with { User = "user_id", Item = "user_id" });
        await Refused("what follows the @ is from 1 to 1000", m => m with { Metric = "hit_rate@5000" });
        await Refused("Did you mean 'film'", m => m with { Item = "fim" });
        await Refused("no metric 'auc'", m => m with { Metric = "auc" });

        async Task Refused(string message, Func<ModelDeclaration, ModelDeclaration> change)
        {
            var spec = Spec("popularity");
            var refusal = await Assert.ThrowsAnyAsync<RefusalException>(() =>
                shop.TrainAsync(spec with { Model = change(spec.Model) })
            );
            Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_user_made_of_two_columns_cannot_ask_and_is_refused()
    {
        var spec = Spec("popularity") with
        {
            Recipe = [new DeriveStep("viewer", "case when stars > 5 then viewer else 'someone' end")],
        };
        var model = spec.Model with { Liked = null };
        var refusal = await Assert.ThrowsAnyAsync<RefusalException>(() => shop.TrainAsync(spec with { Model = model }));
        Assert.Contains("made of 2 columns", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => shop.Dispose();

    private static AlgorithmDeclaration Declared(string name, params (string Name, string Value)[] parameters) =>
        new(name, parameters.ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal));

    private TrainingSpec Spec(string algorithm)
    {
        var model = Workshop.Model(TaskKind.Recommend, algorithm) with
        {
            User = "viewer",
            Item = "film",
            Liked = "liked",
        };
        return shop.Spec(Views, model, "at", new DeriveStep("liked", "stars >= 5")) with { Metrics = ["ndcg@7"] };
    }
}
