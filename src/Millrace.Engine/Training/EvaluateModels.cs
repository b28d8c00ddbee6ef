using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Recipes;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;
using Millrace.Engine.Training.Recommend;
using Millrace.Engine.Work;

namespace Millrace.Engine.Training;

/// <summary>
/// Scores finished packages and the baseline on the test rows of a training spec, so that gates compare like with like. Which rows,
/// and what is true of them, the spec's recipe says; the raw rows then go through each package's own recipe and evaluator, one by one
/// as in serving, so what is measured is what will be served.
/// </summary>
public static class EvaluateModels
{
    public const string BaselineName = "baseline";

    /// <summary>On fewer rows a comparison is chance.</summary>
    public const int FewestUnseen = 50;

    private static readonly Dictionary<string, IReadOnlyDictionary<string, double>> NoMetrics = [];

    /// <exception cref="RefusalException">A package is broken, or needs a column that the dataset version has not.</exception>
    public static Task<EvaluationReport> RunAsync(EvaluationSpec spec, IWorkSink sink, CancellationToken ct) =>
        Task.Run(() => Run(spec, sink, ct), ct);

    private static EvaluationReport Run(EvaluationSpec spec, IWorkSink sink, CancellationToken ct)
    {
        var packages = new SortedDictionary<string, Predictor>(StringComparer.Ordinal);
        try
        {
            foreach (var (name, folder) in spec.Packages)
            {
                packages.Add(name, Open(name, folder, spec.Training));
            }
            foreach (var folder in spec.MustOpen)
            {
                Open("to be served", folder, spec.Training).Dispose();
            }
            sink.Progress(null, "Reading and splitting rows");
            Directory.CreateDirectory(spec.Training.OutputFolder);
            using var rows = TrainingRows.Open(spec.Training, 0, ct);
            return spec.Training.Model.Task == TaskKind.Recommend
                ? Recommend(spec.Training, packages, rows, sink, ct)
                : Score(spec.Training, packages, rows, sink, ct);
        }
        finally
        {
            foreach (var package in packages.Values)
            {
                package.Dispose();
            }
        }
    }

    private static EvaluationReport Score(
        TrainingSpec spec,
        SortedDictionary<string, Predictor> packages,
        TrainingRows rows,
        IWorkSink sink,
        CancellationToken ct
    )
    {
        var prepared = PreparedRows.Make(rows, FeaturePlan.Make(rows, spec, ct), spec.Model, isTested: true, ct);
        var baseline = Baseline.Scores(prepared);
        var trivial = new ScoreTest(prepared);
        var tests = packages.Select(p => new PackageTest((ScorePredictor)p.Value, spec, prepared)).ToArray();
        var columns = string.Join(", ", spec.Schema.Select(c => "s." + Sql.Identifier(c.Name)));
        var values = string.Join(", ", spec.Schema.Select(c => $"{ValueSql.Select(c)} AS {Sql.Identifier(c.Name)}"));
        using var command = rows.Db.Connection.CreateCommand();
        command.CommandText = $"""
            SELECT {columns}, CAST({prepared.Label} AS DOUBLE), s.__time, __row
            FROM (SELECT {values}, __row, __time FROM {TrainingRows.Relation} WHERE __test) s
            JOIN (SELECT __row, target FROM prepared WHERE __test) p USING ({FittedRecipe.RowNumber})
            ORDER BY __row
            """;
        command.UseStreamingMode = true;
        using var reader = command.ExecuteReader();
        var row = new Value[spec.Schema.Count];
        var unseen = packages.ToDictionary(p => p.Key, _ => new List<bool>(), StringComparer.Ordinal);
        for (var done = 0; reader.Read(); done++)
        {
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = ValueSql.Read(reader, i, spec.Schema[i].Type);
            }
            var label = reader.GetDouble(row.Length);
            var (time, number) = (
                reader.IsDBNull(row.Length + 1) ? default(long?) : reader.GetInt64(row.Length + 1),
                reader.GetInt64(row.Length + 2)
            );
            foreach (var (name, package) in packages)
            {
                unseen[name].Add(IsUnseen(package.Card, time, number));
            }
            baseline.CopyTo(trivial.Add(label));
            foreach (var test in tests)
            {
                test.Add(row, label);
            }
            if (done % 10_000 == 0)
            {
                ct.ThrowIfCancellationRequested();
                sink.Progress((double)done / prepared.TestRows, "Scoring test rows");
            }
        }
        var metrics = Results(packages, tests.Select(t => t.Compute()));
        metrics[BaselineName] = trivial.Compute();
        return new EvaluationReport
        {
            Metrics = metrics,
            Rows = prepared.TestRows,
            Unseen = unseen
                .Where(u => u.Value.Contains(false))
                .ToDictionary(u => u.Key, u => OnUnseen(u.Value), StringComparer.Ordinal),
        };

        UnseenRows OnUnseen(List<bool> kept)
        {
            var count = kept.Count(k => k);
            return new(count, count < FewestUnseen ? NoMetrics : Results(packages, tests.Select(t => t.Compute(kept))));
        }
    }

    private static EvaluationReport Recommend(
        TrainingSpec spec,
        SortedDictionary<string, Predictor> packages,
        TrainingRows rows,
        IWorkSink sink,
        CancellationToken ct
    )
    {
        var prepared = InteractionRows.Make(rows, spec, ct);
        var interactions = prepared.Training(ct);
        var users = prepared.Test("true", ct);
        var events = RankingTest.Events(users);
        var cutoffs = RankingTest.Cutoffs([spec.Model.Metric, .. spec.Metrics]);
        foreach (var (name, package) in packages)
        {
            if (!string.Equals(package.Card.User, prepared.RawUser.Name, StringComparison.Ordinal))
            {
                throw Refusal.Invalid(
                    $"Package {name} knows users by '{package.Card.User}', and this loop by '{prepared.RawUser.Name}': they cannot be compared."
                );
            }
        }
        sink.Progress(0.3, "Asking for recommendations");
        var metrics = Results(
            packages,
            packages.Values.Select(p => RankingTest.Run(users, cutoffs, ((ItemPredictor)p).Recommend, ct))
        );
        var popular = TrainRecommender.Popular(interactions, TimeSpan.Zero);
        var card = new ModelCard
        {
            Task = TaskKind.Recommend,
            Algorithm = BaselineName,
            Inputs = [prepared.RawUser],
        };
        using var baseline = new KnownUsersPredictor(card, prepared.Recipe.ForRow([spec.Model.User!]), popular);
        metrics[BaselineName] = RankingTest.Run(users, cutoffs, baseline.Recommend, ct);
        var unseen = new Dictionary<string, UnseenRows>(StringComparer.Ordinal);
        foreach (var (name, package) in packages)
        {
            if (
                Unseen(package.Card) is not { } since
                || rows.Db.Count($"SELECT count(*) FROM events WHERE __test AND NOT ({since})", ct) == 0
            )
            {
                continue;
            }
            var later = prepared.Test(since, ct);
            var count = later.Sum(u => (long)u.Items.Count);
            unseen[name] =
                count >= FewestUnseen
                    ? new(
                        count,
                        Results(
                            packages,
                            packages.Values.Select(p =>
                                RankingTest.Run(later, cutoffs, ((ItemPredictor)p).Recommend, ct)
                            )
                        )
                    )
                    : new(count, NoMetrics);
        }
        return new EvaluationReport
        {
            Metrics = metrics,
            Rows = events,
            Unseen = unseen,
        };
    }

    /// <summary>The rows that the package has not learned from, in SQL; null where its card sets no bound.</summary>
    private static string? Unseen(ModelCard card) =>
        card.TrainedUntil is { } time ? $"coalesce(__time > {Sql.Literal(TrainingRows.Micros(time))}, true)"
        : card.TrainedUntilRow is { } row ? $"__row >= {Sql.Literal(row)}"
        : null;

    private static bool IsUnseen(ModelCard card, long? time, long row) =>
        card.TrainedUntil is { } until ? time is null || time > TrainingRows.Micros(until)
        : card.TrainedUntilRow is { } end ? row >= end
        : true;

    private static Predictor Open(string name, string folder, TrainingSpec spec)
    {
        if (string.Equals(name, BaselineName, StringComparison.Ordinal))
        {
            throw Refusal.Invalid($"No package may be called {BaselineName}: the trivial model is.");
        }
        var package = PackageReader.Open(folder);
        var lacking = package.Card.Inputs.FirstOrDefault(c => !spec.Schema.Contains(c));
        if (package.Card.Task == spec.Model.Task && lacking is null)
        {
            return package;
        }
        package.Dispose();
        throw Refusal.Invalid(
            lacking is null
                ? $"Package {name} was made for another task, {package.Card.Task.Word()}: it cannot be compared."
                : $"Package {name} needs the column '{lacking.Name}' ({lacking.Type.Word()}), which this dataset version has not."
        );
    }

    private static Dictionary<string, IReadOnlyDictionary<string, double>> Results(
        SortedDictionary<string, Predictor> packages,
        IEnumerable<Dictionary<string, double>> metrics
    ) =>
        packages
            .Keys.Zip(metrics)
            .ToDictionary(p => p.First, IReadOnlyDictionary<string, double> (p) => p.Second, StringComparer.Ordinal);

    /// <summary>One package under test: takes its inputs out of the raw row, and puts its classes in the order of the spec's.</summary>
    private sealed class PackageTest(ScorePredictor package, TrainingSpec spec, PreparedRows prepared)
    {
        private readonly ScoreTest test = new(prepared);
        private readonly int[] inputs = [.. package.Card.Inputs.Select(c => spec.Schema.ToList().IndexOf(c))];

        private readonly int[] classes = [.. package.Card.Classes.Select(c => prepared.Classes.ToList().IndexOf(c))];

        private readonly Value[] row = new Value[package.Card.Inputs.Count];
        private readonly double[] scores = new double[package.Outputs];

        public void Add(Value[] raw, double label)
        {
            for (var i = 0; i < inputs.Length; i++)
            {
                row[i] = raw[inputs[i]];
            }
            var target = test.Add(label);
            if (classes.Length == 0)
            {
                package.Score(row, target);
                return;
            }
            package.Score(row, scores);
            for (var c = 0; c < classes.Length; c++)
            {
                if (classes[c] >= 0)
                {
                    target[classes[c]] = scores[c];
                }
            }
        }

        public Dictionary<string, double> Compute() => test.Compute();

        public Dictionary<string, double> Compute(IReadOnlyList<bool> kept) => test.Compute(kept);
    }
}
