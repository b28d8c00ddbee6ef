using System.Diagnostics;
using System.Globalization;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;
using Millrace.Engine.Training.LightGbm;
using Millrace.Engine.Training.Metrics;
using Millrace.Engine.Training.Recommend;
using Millrace.Engine.Work;

namespace Millrace.Engine.Training;

/// <summary>
/// One training run: split, fit the recipe on the training rows, learn, write the package, test it and the baseline on the rows held
/// back; then (split: refit) learn once more from all rows, those of the test too: that package serves, and the tested one is kept
/// beside it, in a folder that is no part of the package. It belongs into a process of its own, started with OMP_WAIT_POLICY=passive and GOMP_SPINCOUNT=0, because LightGBM's threads
/// otherwise fight for the cores and a fault in native code ends the process.
/// </summary>
public static class TrainModel
{
    private const int MostAsked = 5000;

    /// <exception cref="RefusalException">The spec or its data cannot be trained on; the message says why and what to change.</exception>
    public static Task<TrainingReport> RunAsync(TrainingSpec spec, IWorkSink sink, CancellationToken ct) =>
        Task.Run(() => Run(spec, sink, ct), ct);

    private static TrainingReport Run(TrainingSpec spec, IWorkSink sink, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        CheckModel.Names(spec.Model with { Try = [spec.Algorithm] });
        var algorithm = Algorithm.Find(spec.Algorithm, spec.Model.Task);
        var parameters = algorithm.Resolve(spec.Algorithm);
        Directory.CreateDirectory(spec.OutputFolder);
        sink.Progress(null, "Reading and splitting rows");
        var validation = algorithm == Algorithm.LightGbm ? parameters.Number("validation") : 0;
        TrainingReport report;
        using (var rows = TrainingRows.Open(spec, validation, ct))
        {
            report =
                spec.Model.Task == TaskKind.Recommend
                    ? Recommend(spec, algorithm, parameters, rows, sink, ct)
                    : Score(spec, algorithm, parameters, rows, sink, ct);
        }
        Note(algorithm, report, clock.Elapsed, sink);
        var files = ModelFolder.Files(spec.OutputFolder);
        using var process = Process.GetCurrentProcess();
        return report with
        {
            Files = files,
            ModelHash = ModelFolder.Hash(files),
            PeakMemoryBytes = process.PeakWorkingSet64,
            Seconds = clock.Elapsed.TotalSeconds,
        };
    }

    /// <summary>What a person looks for in the log of a run that went well.</summary>
    private static void Note(Algorithm algorithm, TrainingReport report, TimeSpan took, IWorkSink sink)
    {
        sink.Log(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{algorithm.Name}: learned from {report.TrainRows:N0} rows, tested on {report.TestRows:N0}, in {took.TotalSeconds:0.0} s"
            )
        );
        foreach (var (metric, value) in report.Metrics)
        {
            sink.Log(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{metric} {value:0.####} (baseline {report.Baseline.GetValueOrDefault(metric, double.NaN):0.####})"
                )
            );
        }

        foreach (var notice in report.Notices)
        {
            sink.Log(notice);
        }
    }

    private static TrainingReport Score(
        TrainingSpec spec,
        Algorithm algorithm,
        ParameterValues parameters,
        TrainingRows rows,
        IWorkSink sink,
        CancellationToken ct
    )
    {
        var model = spec.Model;
        sink.Progress(null, "Fitting the recipe");
        var plan = FeaturePlan.Make(rows, spec, ct);
        sink.Fact(WorkFacts.RecipeHash, plan.Recipe.Hash);
        var prepared = PreparedRows.Make(rows, plan, model, isTested: true, ct);
        var primary = Primary(model, prepared.Classes.Count);
        var trained = new TrainLightGbm(prepared, plan, model, parameters, primary, sink, rows.Notices).Run(ct);
        sink.Progress(1, "Testing");
        var trees = new TreeEnsemble(TreeModelReader.Read(new StringReader(trained.Text)));
        var baseline = Baseline.Scores(prepared);
        var (ours, theirs) = (new ScoreTest(prepared), new ScoreTest(prepared));
        foreach (var batch in prepared.Select("__test", ct).Read(ct))
        {
            for (var i = 0; i < batch.Rows; i++)
            {
                var features = batch.Features.AsSpan(i * plan.Features.Count, plan.Features.Count);
                TreePredictor.Fill(trees, features, ours.Add(batch.Labels[i]));
                baseline.CopyTo(theirs.Add(batch.Labels[i]));
            }
        }
        var answers = ours.Answers();
        WriteTrees(TestedFolder(spec), spec, rows, plan, prepared, trained, answers, ct);
        var report = Report(spec, parameters, primary, ours.Compute(), theirs.Compute()) with
        {
            TrainRows = prepared.TrainRows,
            TestRows = prepared.TestRows,
        };
        if (model.Split.Refit)
        {
            sink.Progress(1, "Learning from all rows");
            rows.TakeAll(ct);
            // What is positive must not turn with the test rows.
            model = prepared.Classes.Count == 2 ? model with { Positive = prepared.Classes[prepared.Positive] } : model;
            plan = FeaturePlan.Make(rows, spec, ct);
            prepared = PreparedRows.Make(rows, plan, model, isTested: false, ct);
            var iterations = trained.Iterations;
            trained = new TrainLightGbm(prepared, plan, model, parameters, primary, sink, rows.Notices).Again(
                iterations,
                ct
            );
            WriteTrees(spec.OutputFolder, spec, rows, plan, prepared, trained, answers, ct);
        }
        return report with
        {
            RecipeHash = plan.Recipe.Hash,
            Learned = Profile(spec, rows, plan.Recipe.ForRow(plan.Features).Inputs, ct),
            Importance = trained.Importance,
            Notices = [.. rows.Notices.Distinct(StringComparer.Ordinal), $"Kept {trained.Iterations} rounds."],
        };
    }

    private static TrainingReport Recommend(
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
        var card = WriteRecommender(TestedFolder(spec), spec, rows, prepared, trained, users, ct);
        var events = RankingTest.Events(users);
        var primary = Primary(spec.Model, 0);
        var cutoffs = RankingTest.Cutoffs([primary, .. spec.Metrics]);
        using var tested = new KnownUsersPredictor(card, prepared.Recipe.ForRow(card.Features), trained);
        var popular = TrainRecommender.Popular(interactions, TimeSpan.Zero);
        using var baseline = new KnownUsersPredictor(card, prepared.Recipe.ForRow(card.Features), popular);
        var report = Report(
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
            Learned = Profile(spec, rows, [prepared.RawUser], ct),
            Notices = [.. rows.Notices.Distinct(StringComparer.Ordinal)],
        };
    }

    private static IReadOnlyList<ColumnProfile> Profile(
        TrainingSpec spec,
        TrainingRows rows,
        IReadOnlyList<Column> inputs,
        CancellationToken ct
    ) => spec.ProfilesInputs ? rows.Profile(inputs, ct) : [];

    /// <summary>Where the package goes that has learned from the training rows only.</summary>
    private static string TestedFolder(TrainingSpec spec) =>
        spec.Model.Split.Refit ? ModelFolder.TestedOf(spec.OutputFolder) : spec.OutputFolder;

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

    private static void WriteTrees(
        string folder,
        TrainingSpec spec,
        TrainingRows rows,
        FeaturePlan plan,
        PreparedRows prepared,
        TrainedTrees trained,
        ColumnProfile? answers,
        CancellationToken ct
    )
    {
        var (time, row) = rows.LearnedUntil(ct);
        var card = new ModelCard
        {
            Task = spec.Model.Task,
            Algorithm = spec.Algorithm.Name,
            Inputs = plan.Recipe.ForRow(plan.Features).Inputs,
            Features = plan.Features,
            Target = spec.Model.Target,
            Classes = prepared.Classes,
            Positive = prepared.Classes.Count == 2 ? prepared.Classes[prepared.Positive] : null,
            TrainedUntil = time,
            TrainedUntilRow = row,
            Answers = answers,
        };
        WritePackage.Trees(folder, card, plan.Recipe, trained.Text);
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

    private static string Primary(ModelDeclaration model, int classes)
    {
        var primary = model.Metric ?? MetricNames.Primary(model.Task);
        return classes > 2 && primary is MetricName.Auc
            ? throw Refusal.Invalid(
                $"metric: auc is for two classes, and the target has {classes}. Use log_loss, accuracy or f1."
            )
            : primary;
    }

    private static TrainingReport Report(
        TrainingSpec spec,
        ParameterValues parameters,
        string primary,
        Dictionary<string, double> metrics,
        Dictionary<string, double> baseline
    ) =>
        new()
        {
            Algorithm = spec.Algorithm.Name,
            Parameters = parameters.All,
            Metrics = metrics,
            Baseline = baseline,
            PrimaryMetric = primary,
            HigherIsBetter = MetricNames.HigherIsBetter(primary),
            TrainRows = 0,
            TestRows = 0,
            ModelHash = "",
            RecipeHash = "",
            Files = [],
            PeakMemoryBytes = 0,
            Seconds = 0,
        };
}
