using Millrace.Engine.Declarations;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;
using Millrace.Engine.Training.Recommend;
using Millrace.Engine.Work;

namespace Millrace.Engine.Training;

/// <summary>Recommend: a list for a user, learned from who liked what and when.</summary>
internal static class TrainLists
{
    private const int MostAsked = 5000;

    public static TrainingReport Run(
        TrainingSpec spec,
        Algorithm algorithm,
        ParameterValues parameters,
        TrainingRows rows,
        IWorkSink sink,
        CancellationToken ct
    )
    {
        sink.Progress(0.05, "Fitting the recipe");
        var prepared = InteractionRows.Make(rows, spec, ct);
        sink.Fact(WorkFacts.RecipeHash, prepared.Recipe.Hash);
        var interactions = prepared.Training(ct);
        var trained = TrainRecommender.Run(interactions, algorithm, parameters, sink, ct);
        sink.Progress(0.85, "Testing");
        var users = prepared.Test("true", ct);
        var card = WriteRecommender(TrainModel.TestedFolder(spec), spec, rows, prepared, trained, users, ct);
        var events = RankingTest.Events(users);
        var primary = TrainModel.Primary(spec.Model, 0);
        var cutoffs = RankingTest.Cutoffs([primary, .. spec.Metrics]);
        using var tested = new KnownUsersPredictor(card, prepared.Recipe.ForRow(card.Features), trained);
        var popular = TrainRecommender.Popular(interactions, TimeSpan.Zero);
        using var baseline = new KnownUsersPredictor(card, prepared.Recipe.ForRow(card.Features), popular);
        var report = TrainModel.Report(
            spec,
            parameters,
            primary,
            RankingTest.Run(users, cutoffs, tested.Recommend, ct),
            RankingTest.Run(users, cutoffs, baseline.Recommend, ct)
        ) with
        {
            TrainRows = prepared.TrainRows,
            TestRows = events,
        };
        if (spec.Model.Split.Refit)
        {
            sink.Progress(0.9, "Learning from all rows");
            rows.TakeAll(ct);
            prepared = InteractionRows.Make(rows, spec, ct);
            trained = TrainRecommender.Run(prepared.Training(ct), algorithm, parameters, sink, ct);
            WriteRecommender(spec.OutputFolder, spec, rows, prepared, trained, users, ct);
        }
        return report with
        {
            RecipeHash = prepared.Recipe.Hash,
            Learned = TrainModel.Profile(spec, rows, [prepared.RawUser], ct),
            Notices = [.. rows.Notices.Distinct(StringComparer.Ordinal)],
        };
    }

    /// <summary>What a model puts first for the users of the test, of so many of them as tell twenty bins from chance.</summary>
    private static ColumnProfile? Firsts(
        ModelCard card,
        InteractionRows prepared,
        RecommenderModel trained,
        IReadOnlyList<TestUser> users,
        CancellationToken ct
    )
    {
        using var predictor = new KnownUsersPredictor(card, prepared.Recipe.ForRow(card.Features), trained);
        var step = Math.Max(1, users.Count / MostAsked);
        var firsts = new List<string>();
        for (var i = 0; i < users.Count; i += step)
        {
            ct.ThrowIfCancellationRequested();
            firsts.AddRange(predictor.Recommend(users[i].RawUser, 1).Select(r => r.Item.ToString()));
        }

        return AnswerProfile.OfNames(firsts);
    }

    private static ModelCard WriteRecommender(
        string folder,
        TrainingSpec spec,
        TrainingRows rows,
        InteractionRows prepared,
        RecommenderModel trained,
        IReadOnlyList<TestUser> users,
        CancellationToken ct
    )
    {
        var (time, row) = rows.LearnedUntil(ct);
        var card = new ModelCard
        {
            Task = TaskKind.Recommend,
            Algorithm = spec.Algorithm.Name,
            Inputs = [prepared.RawUser],
            Features = [spec.Model.User!],
            User = prepared.RawUser.Name,
            Item = spec.Model.Item,
            TrainedUntil = time,
            TrainedUntilRow = row,
        };
        card = card with { Answers = Firsts(card, prepared, trained, users, ct) };
        WritePackage.Recommender(folder, card, prepared.Recipe, trained);
        return card;
    }
}
