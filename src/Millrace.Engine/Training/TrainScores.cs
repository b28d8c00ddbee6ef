using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;
using Millrace.Engine.Training.LightGbm;
using Millrace.Engine.Work;

namespace Millrace.Engine.Training;

/// <summary>Classify and regress: a score for a row, learned by trees.</summary>
internal static class TrainScores
{
    public static TrainingReport Run(
        TrainingSpec spec,
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
        var primary = TrainModel.Primary(model, prepared.Classes.Count);
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
        WriteTrees(TrainModel.TestedFolder(spec), spec, rows, plan, prepared, trained, answers, ct);
        var report = TrainModel.Report(spec, parameters, primary, ours.Compute(), theirs.Compute()) with
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
            var again = FeaturePlan.Make(rows, spec, ct);
            var all = PreparedRows.Make(rows, again, model, isTested: false, ct);
            if (all.Classes.SequenceEqual(prepared.Classes, StringComparer.Ordinal))
            {
                var iterations = trained.Iterations;
                plan = again;
                trained = new TrainLightGbm(all, plan, model, parameters, primary, sink, rows.Notices).Again(
                    iterations,
                    ct
                );
                WriteTrees(spec.OutputFolder, spec, rows, plan, all, trained, answers, ct);
            }
            else
            {
                rows.Notices.Add(
                    $"It did not learn from the test rows: with them it would answer with {string.Join(", ", all.Classes.Except(prepared.Classes, StringComparer.Ordinal).Select(c => $"'{c}'"))} too, and such a model was not tested."
                );
                foreach (var file in Directory.GetFiles(TrainModel.TestedFolder(spec)))
                {
                    File.Copy(file, Path.Combine(spec.OutputFolder, Path.GetFileName(file)));
                }
            }
        }
        return report with
        {
            RecipeHash = plan.Recipe.Hash,
            Learned = TrainModel.Profile(spec, rows, plan.Recipe.ForRow(plan.Features).Inputs, ct),
            Importance = trained.Importance,
            Notices = [.. rows.Notices.Distinct(StringComparer.Ordinal), $"Kept {trained.Iterations} rounds."],
        };
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
}
