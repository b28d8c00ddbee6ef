using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Recipes;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Training;

/// <summary>
/// The fitted recipe of a score model and which of its columns the model sees. Text that the recipe leaves gets a fitted ordinal step
/// of its own, which then stands in recipe.json like any other, and is given to the learner as categories.
/// </summary>
internal sealed record FeaturePlan(
    FittedRecipe Recipe,
    Column Target,
    IReadOnlyList<string> Features,
    IReadOnlyList<int> Categorical
)
{
    /// <summary>A text column with more values than this, most of them met once, is a name and not a category.</summary>
    private const int MaxCategories = 5000;

    public static FeaturePlan Make(TrainingRows rows, TrainingSpec spec, CancellationToken ct)
    {
        var model = spec.Model;
        var recipe = Recipes.Recipe.Compile(spec.Recipe, spec.Schema);
        CheckModel.Columns(model, spec.Schema, spec.EventTime, recipe);
        var fitted = recipe.Fit(rows.Db.Connection, TrainingRows.Relation, TrainingRows.IsTraining, ct);
        var target = CheckModel.Find(fitted.Output, model.Target, "target", CheckModel.Place(model, "target"));
        var candidates = Candidates(fitted.Output, spec, rows.Notices);
        var texts = candidates.Where(c => c.Type == ColumnType.String).ToList();
        var names = Names(rows, fitted, texts, ct);
        foreach (var name in names)
        {
            rows.Notices.Add(
                $"Column '{name}' was left out: nearly every row has a text of its own. If it is a number, cast it in the recipe; else name it under ignore."
            );
        }
        var features = candidates.Where(c => !names.Contains(c.Name)).Select(c => c.Name).ToList();
        var categories = texts.Select(c => c.Name).Where(c => !names.Contains(c)).ToList();
        if (features.Count == 0)
        {
            throw Refusal.Invalid("No column is left to predict from: the recipe, ignore and target use them all.");
        }
        if (categories.Count > 0)
        {
            fitted = Recipes
                .Recipe.Compile([.. spec.Recipe, new OrdinalStep(categories)], spec.Schema)
                .Fit(rows.Db.Connection, TrainingRows.Relation, TrainingRows.IsTraining, ct);
        }
        return new FeaturePlan(fitted, target, features, [.. categories.Select(c => features.IndexOf(c))]);
    }

    private static List<Column> Candidates(IReadOnlyList<Column> output, TrainingSpec spec, List<string> notices)
    {
        var model = spec.Model;
        var apart = new HashSet<string>(model.Ignore, StringComparer.Ordinal) { model.Target! };
        foreach (var special in new[] { spec.EventTime, model.Split.Group })
        {
            if (special is not null && output.Any(c => string.Equals(c.Name, special, StringComparison.Ordinal)))
            {
                apart.Add(special);
            }
        }
        var candidates = new List<Column>();
        foreach (var column in output.Where(c => !apart.Contains(c.Name)))
        {
            if (column.Type is ColumnType.Timestamp or ColumnType.Date)
            {
                notices.Add(
                    $"Column '{column.Name}' was left out: a model learns nothing general from a date. Derive month or hour from it."
                );
                continue;
            }
            candidates.Add(column);
        }
        return candidates;
    }

    private static HashSet<string> Names(
        TrainingRows rows,
        FittedRecipe recipe,
        List<Column> texts,
        CancellationToken ct
    )
    {
        if (texts.Count == 0)
        {
            return [];
        }
        var counts = string.Join(", ", texts.Select(c => $"count(DISTINCT {Sql.Identifier(c.Name)})"));
        var training = recipe.ToSql($"(SELECT * FROM {TrainingRows.Relation} WHERE {TrainingRows.IsTraining})", []);
        var found = rows.Db.Query(
            $"SELECT count(*), {counts} FROM ({training})",
            r => Enumerable.Range(0, texts.Count + 1).Select(r.GetInt64).ToArray(),
            ct
        )[0];
        return
        [
            .. texts
                .Where((_, i) => found[i + 1] > MaxCategories || (found[i + 1] > 100 && found[i + 1] * 2 > found[0]))
                .Select(c => c.Name),
        ];
    }
}
