using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Recipes;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Training;

/// <summary>
/// Everything about a model that can be known without its rows: algorithms and their hyper-parameters, the metric, and the columns that
/// it names. Used when a loop is applied, so that a misspelling is refused at its line; and again when training begins.
/// </summary>
public static class CheckModel
{
    /// <summary>Algorithms, hyper-parameters and metric: what needs no column.</summary>
    /// <exception cref="DeclarationException">With the place in the file, where there is one.</exception>
    public static void Names(ModelDeclaration model)
    {
        foreach (var algorithm in model.Try)
        {
            Algorithm.Find(algorithm, model.Task).Resolve(algorithm, model.Task);
        }
        if (model.User is { } user && string.Equals(user, model.Item, StringComparison.Ordinal))
        {
            throw new DeclarationException(
                $"item: '{user}' is the user already; name the column that says what was chosen.",
                Place(model, "item")
            );
        }
        Metric(
            model.Task,
            model.Metric ?? MetricNames.Primary(model.Task),
            MetricNames.Of(model.Task),
            Place(model, "metric")
        );
    }

    /// <exception cref="DeclarationException">The task has no such metric.</exception>
    internal static void Metric(TaskKind task, string metric, IReadOnlyCollection<string> choice, Position at)
    {
        if (
            choice.Contains(metric, StringComparer.Ordinal)
            || (task == TaskKind.Recommend && MetricNames.IsKnown(task, metric))
        )
        {
            return;
        }
        throw new DeclarationException(
            task == TaskKind.Recommend && MetricNames.Cutoff(metric) is not null
                ? $"'{metric}' looks at lists that are too short or too long: what follows the @ is from 1 to 1000."
                : $"There is no metric '{metric}' for {task.Word()}.{DidYouMean.HintOrChoice(metric, choice)}",
            at
        );
    }

    /// <param name="model">What is declared.</param>
    /// <param name="schema">The dataset's columns.</param>
    /// <param name="eventTime">The declared event time.</param>
    /// <param name="recipe">Compiled over that schema.</param>
    /// <exception cref="DeclarationException">With the place in the file, where there is one.</exception>
    public static void Columns(ModelDeclaration model, IReadOnlyList<Column> schema, string? eventTime, Recipe recipe)
    {
        // One-hot steps make columns whose names are known after the fit.
        var output = recipe.Output;
        if (eventTime is not null)
        {
            var time = Find(schema, eventTime, "event_time", Position.None);
            if (time.Type is ColumnType.String or ColumnType.Bool or ColumnType.Double)
            {
                throw new DeclarationException(
                    $"event_time '{eventTime}' is {time.Type.Word()}, not a time: give it the type timestamp in the contract.",
                    Position.None
                );
            }
        }
        else if (model.Window is not null || model.Split.By == SplitBy.Time)
        {
            throw new DeclarationException(
                model.Window is not null
                    ? "A window needs an event_time in the data section: without it no row is old."
                    : "A split by time needs an event_time in the data section. Without one, split by order or random.",
                Place(model, model.Window is not null ? "window" : "split")
            );
        }
        if (model.Split.Group is { } group)
        {
            Find(schema, group, "split: group", Place(model, "split"));
        }
        foreach (var name in recipe.IsExact ? model.Ignore : [])
        {
            // What the recipe drops or renames may still be named by what it was.
            Find([.. output, .. schema], name, "ignore", Place(model, "ignore"));
        }
        if (model.Task == TaskKind.Recommend)
        {
            Recommend(model, output);
        }
        else
        {
            Target(model, output);
        }
    }

    internal static Column Find(IReadOnlyList<Column> columns, string? name, string role, Position at) =>
        columns.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.Ordinal))
        ?? throw new DeclarationException(
            name is null
                ? $"The model names no {role}."
                : $"{role}: there is no column '{name}'.{DidYouMean.HintOrChoice(name, [.. columns.Select(c => c.Name)])}",
            at
        );

    internal static Position Place(ModelDeclaration model, string key) => model.Marks.GetValueOrDefault(key);

    private static void Target(ModelDeclaration model, IReadOnlyList<Column> output)
    {
        var at = Place(model, "target");
        var target = Find(output, model.Target, "target", at);
        if (
            model.Task == TaskKind.Regress
            && target.Type is not (ColumnType.Int32 or ColumnType.Int64 or ColumnType.Double)
        )
        {
            throw new DeclarationException(
                $"target '{target.Name}' is {target.Type.Word()}, and regress needs a number. Cast it in the recipe, or use task: classify.",
                at
            );
        }
        if (target.Type is ColumnType.Timestamp or ColumnType.Date)
        {
            throw new DeclarationException(
                $"target '{target.Name}' is {target.Type.Word()}, which has no classes. Derive them in the recipe.",
                at
            );
        }
    }

    private static void Recommend(ModelDeclaration model, IReadOnlyList<Column> output)
    {
        Id(model.User, "user");
        Id(model.Item, "item");
        if (model.Liked is { } liked && Find(output, liked, "liked", Place(model, "liked")).Type != ColumnType.Bool)
        {
            throw new DeclarationException(
                $"liked: '{liked}' is no bool. Derive one in the recipe, such as 'liked: {liked} >= 7'.",
                Place(model, "liked")
            );
        }

        void Id(string? name, string role)
        {
            var column = Find(output, name, role, Place(model, role));
            if (column.Type is not (ColumnType.Int32 or ColumnType.Int64 or ColumnType.String))
            {
                throw new DeclarationException(
                    $"{role}: '{name}' is {column.Type.Word()}; an id is an int64 or a string. Cast it in the recipe.",
                    Place(model, role)
                );
            }
        }
    }
}
