using System.Globalization;
using DuckDB.NET.Data;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Recipes;
using Millrace.Engine.Tables;
using Millrace.Engine.Training.LightGbm;

namespace Millrace.Engine.Training;

/// <summary>The rows that the recipe leaves, as numbers, in the order of ingestion; and what the labels mean.</summary>
internal sealed class PreparedRows
{
    /// <summary>Below this, a test says nothing.</summary>
    private const int FewestTestRows = 10;

    private const int MaxClasses = 1000;

    private readonly DuckSession db;
    private readonly FeaturePlan plan;

    private PreparedRows(DuckSession db, FeaturePlan plan)
    {
        this.db = db;
        this.plan = plan;
    }

    /// <summary>Classify: the labels in the order of the scores; empty for regress.</summary>
    public IReadOnlyList<string> Classes { get; private set; } = [];

    /// <summary>Training rows of each class.</summary>
    public IReadOnlyList<long> ClassCounts { get; private set; } = [];

    public int Positive { get; private set; }

    /// <summary>Regress: the mean of the training rows.</summary>
    public double Mean { get; private set; }

    public int TrainRows { get; private set; }

    public int TestRows { get; private set; }

    public int ValidationRows { get; private set; }

    /// <param name="rows">The rows, split.</param>
    /// <param name="plan">What becomes of them.</param>
    /// <param name="model">What is declared.</param>
    /// <param name="isTested">False where every row teaches.</param>
    /// <param name="ct">Stops it.</param>
    public static PreparedRows Make(
        TrainingRows rows,
        FeaturePlan plan,
        ModelDeclaration model,
        bool isTested,
        CancellationToken ct
    )
    {
        var prepared = new PreparedRows(rows.Db, plan);
        prepared.CreateTable(model.Task, rows.Notices, ct);
        prepared.CountRows(isTested, ct);
        if (model.Task == TaskKind.Classify)
        {
            prepared.FindClasses(model, rows.Notices, ct);
        }
        return prepared;
    }

    /// <param name="where">A predicate over __test and __valid.</param>
    public IFeatureRows Select(string where, CancellationToken ct) => new Selection(this, where, Count(where, ct));

    private void CreateTable(TaskKind task, List<string> notices, CancellationToken ct)
    {
        var target = Sql.Identifier(plan.Target.Name);
        var features = plan.Features.Select(
            (f, i) => string.Create(CultureInfo.InvariantCulture, $"coalesce({Number(f, i)}, 'nan'::DOUBLE) AS f{i}")
        );
        var recipe = plan.Recipe.ToSql(TrainingRows.Relation, [FittedRecipe.RowNumber, "__test", "__valid"]);
        db.Execute(
            $"""
            CREATE OR REPLACE TABLE prepared AS
            SELECT __row, __test, __valid, {target} AS target, {string.Join(", ", features)}
            FROM ({recipe})
            ORDER BY __row
            """,
            ct
        );
        var usable =
            task == TaskKind.Regress ? "target IS NOT NULL AND isfinite(CAST(target AS DOUBLE))" : "target IS NOT NULL";
        var missing = db.Execute($"DELETE FROM prepared WHERE NOT ({usable})", ct);
        if (missing > 0)
        {
            notices.Add($"{TrainingRows.Count(missing)} rows without a target were left out.");
            if (Count("true", ct) == 0)
            {
                throw Refusal.Invalid($"target '{plan.Target.Name}' has no value in any row that the recipe leaves.");
            }
        }
        if (task == TaskKind.Regress)
        {
            // In the order of the values, so that the sum's last bit does not depend on the number of threads.
            const string mean =
                "SELECT fsum(v ORDER BY v) / count(v) FROM (SELECT CAST(target AS DOUBLE) AS v FROM prepared WHERE NOT __test)";
            Mean = db.Query(mean, r => r.IsDBNull(0) ? 0 : r.GetDouble(0), ct)[0];
        }
    }

    /// <summary>
    /// A category that is none (-1) is missing to LightGBM, which says so on standard output where it meets one; to our evaluator both
    /// are the same.
    /// </summary>
    private string Number(string feature, int index)
    {
        var number = $"CAST({Sql.Identifier(feature)} AS DOUBLE)";
        return plan.Categorical.Contains(index) ? $"CASE WHEN {number} >= 0 THEN {number} END" : number;
    }

    private void FindClasses(ModelDeclaration model, List<string> notices, CancellationToken ct)
    {
        var found = db.Query(
            $"SELECT CAST(target AS VARCHAR), count(*) FROM prepared WHERE NOT __test GROUP BY target ORDER BY target LIMIT {MaxClasses + 1}",
            r => (Label: r.GetString(0), Rows: r.GetInt64(1)),
            ct
        );
        if (found.Count == 1)
        {
            throw Refusal.Invalid(
                $"target '{plan.Target.Name}' has one class only in the training rows, '{found[0].Label}': there is nothing to tell apart."
            );
        }
        if (found.Count > MaxClasses)
        {
            throw Refusal.Invalid(
                $"target '{plan.Target.Name}' has more than {MaxClasses} classes. If it is a quantity, use task: regress."
            );
        }
        Classes = [.. found.Select(f => f.Label)];
        ClassCounts = [.. found.Select(f => f.Rows)];
        Positive = model.Positive is { } given
            ? PositiveOf(given)
            : Enumerable.Range(0, found.Count).OrderBy(i => found[i].Rows).ThenByDescending(i => i).FirstOrDefault();
        if (model.Positive is not null && found.Count > 2)
        {
            notices.Add(
                $"positive: '{plan.Target.Name}' has {found.Count} classes, and none of more than two is the positive one; it changes nothing."
            );
        }
        var strange = db.Count($"SELECT count(*) FROM prepared WHERE __test AND {Label} < 0", ct);
        if (strange > 0)
        {
            notices.Add(
                $"{TrainingRows.Count(strange)} test rows have a class that no training row has; they count as wrong."
            );
        }
    }

    private int PositiveOf(string given) =>
        Classes.ToList().IndexOf(given) is var at and >= 0
            ? at
            : throw Refusal.Invalid(
                $"positive: no training row has '{given}' in '{plan.Target.Name}'.{DidYouMean.HintOrChoice(given, Classes)}"
            );

    private void CountRows(bool isTested, CancellationToken ct)
    {
        TrainRows = Count("NOT __test", ct);
        TestRows = Count("__test", ct);
        ValidationRows = Count("__valid", ct);
        if (TrainRows == 0)
        {
            throw Refusal.Invalid(
                "The recipe and the split leave no row to train on: look at the recipe's filters and the window."
            );
        }
        if (isTested && TestRows < FewestTestRows)
        {
            throw Refusal.Invalid(
                $"The recipe and the split leave {TestRows} test rows; at least {FewestTestRows} are needed to say anything. Raise the test share, or bring more rows."
            );
        }
    }

    private int Count(string where, CancellationToken ct) =>
        db.Count($"SELECT count(*) FROM prepared WHERE {where}", ct) is var n and <= int.MaxValue
            ? (int)n
            : throw Refusal.Invalid("More than two thousand million rows cannot be trained on: set a window.");

    /// <summary>The number that the learner sees: of the class, or the value itself.</summary>
    internal string Label =>
        Classes.Count > 0
            ? $"coalesce(list_position({Sql.List(Classes)}, CAST(target AS VARCHAR)), 0) - 1"
            : "CAST(target AS DOUBLE)";

    private sealed class Selection(PreparedRows rows, string where, int count) : IFeatureRows
    {
        private const int BatchRows = 4096;

        public int Features => rows.plan.Features.Count;

        public int Count => count;

        public IEnumerable<FeatureBatch> Read(CancellationToken ct)
        {
            var columns = string.Join(", ", Enumerable.Range(0, Features).Select(i => $"f{i}"));
            using var command = rows.db.Connection.CreateCommand();
            command.CommandText = $"SELECT {columns}, CAST({rows.Label} AS DOUBLE) FROM prepared WHERE {where}";
            command.UseStreamingMode = true;
            using var reader = command.ExecuteReader();
            var batch = new FeatureBatch(new double[BatchRows * Features], new double[BatchRows], BatchRows);
            var filled = 0;
            while (reader.Read())
            {
                Fill(reader, batch, filled++);
                if (filled == BatchRows)
                {
                    ct.ThrowIfCancellationRequested();
                    yield return batch;
                    filled = 0;
                }
            }
            if (filled > 0)
            {
                yield return batch with
                {
                    Rows = filled,
                };
            }
        }

        private void Fill(DuckDBDataReader reader, FeatureBatch batch, int row)
        {
            for (var i = 0; i < Features; i++)
            {
                batch.Features[(row * Features) + i] = reader.GetDouble(i);
            }
            batch.Labels[row] = reader.GetDouble(Features);
        }
    }
}
