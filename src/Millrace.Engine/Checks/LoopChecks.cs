using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Ingest;
using Millrace.Engine.Outcomes;
using Millrace.Engine.Recipes;
using Millrace.Engine.Tables;
using Millrace.Engine.Training;

namespace Millrace.Engine.Checks;

/// <summary>
/// Whether the parts of a loop fit each other and the data, before anything runs: names of algorithms, hyper-parameters,
/// metrics and columns, and the types of every expression. What does not fit is refused where it stands in the file.
/// </summary>
public static class LoopChecks
{
    /// <summary>What can be known without looking at any data.</summary>
    /// <exception cref="DeclarationException">Something does not fit.</exception>
    public static void BeforeData(LoopDeclaration loop)
    {
        var model = loop.Model;
        CheckModel.Names(model);
        foreach (var algorithm in model.Try)
        {
            Algorithm.Find(algorithm, model.Task).DemandMeant(algorithm, model.Task);
        }

        foreach (var gate in loop.Gates)
        {
            CheckModel.Metric(model.Task, gate.Metric, MetricNames.Of(model.Task), gate.At);
        }

        CheckFeedback(loop);
        if (model.Split.By == SplitBy.Time && loop.Data.EventTime is null)
        {
            throw new DeclarationException(
                "A split by time needs data.event_time: name the column that says when a row happened.",
                Mark(model.Marks, "split")
            );
        }
    }

    /// <summary>Whatever is judged by outcomes needs to know them.</summary>
    private static void CheckFeedback(LoopDeclaration loop)
    {
        if (loop.Monitor is { Watch: { } watch } monitor)
        {
            CheckModel.Metric(loop.Model.Task, watch, LiveMetric.Watched(loop.Model.Task), monitor.At);
        }

        var kind = loop.Model.Task switch
        {
            TaskKind.Recommend => "item",
            TaskKind.Regress => "value",
            _ => "label",
        };
        if (
            loop.Monitor is { OutcomeKind: { } said, Outcome: var column, At: var at }
            && !string.Equals(said, kind, StringComparison.Ordinal)
        )
        {
            throw new DeclarationException(
                $"What comes of task {loop.Model.Task.Word()} is told as its {kind}: write outcome: {{ {kind}: {column} }}.",
                at
            );
        }

        if (loop is { Deploy: not null, Monitor.Outcome: not null })
        {
            return;
        }

        const string remedy =
            "declare monitor.outcome, for instance { item: movie_id, within: 7d }, and the endpoint under deploy.";
        if (loop.Deploy is { Rollout.Canary.Count: > 0 } deploy)
        {
            throw new DeclarationException(
                $"A canary is judged by what people really did: {remedy}",
                deploy.Rollout.At
            );
        }

        if (loop.Retrain is { OnHarm: true } retrain)
        {
            throw new DeclarationException($"Harm is seen in what people really did: {remedy}", retrain.At);
        }

        if (loop.Data.Source.Predictions)
        {
            throw new DeclarationException(
                $"Where joined predictions are a source, outcomes must come in: {remedy}",
                Mark(loop.Data.Marks, "source")
            );
        }
    }

    /// <summary>What depends on the columns of the data.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="columns">The columns of the dataset, as ingested.</param>
    /// <exception cref="DeclarationException">A column is missing, or has not the type that its use needs.</exception>
    public static void WithColumns(LoopDeclaration loop, IReadOnlyList<Column> columns)
    {
        var raw = columns.ToDictionary(c => c.Name, StringComparer.Ordinal);
        if (loop.Data.EventTime is { } time)
        {
            var column = Demand(raw, time, "event_time", Mark(loop.Data.Marks, "event_time"));
            if (column.Type is not (ColumnType.Timestamp or ColumnType.Date))
            {
                throw new DeclarationException(
                    $"event_time '{time}' is {column.Type.Word()}, not a timestamp: give its rule in the contract a type and a format, for instance {{ type: timestamp, format: epoch_s }}.",
                    Mark(loop.Data.Marks, "event_time")
                );
            }
        }

        var recipe = Recipe.Compile(loop.Data.Recipe, columns);
        var prepared = recipe.Output.ToDictionary(c => c.Name, StringComparer.Ordinal);
        var model = loop.Model;
        foreach (var (key, name) in Uses(model))
        {
            Demand(prepared, name, key, Mark(model.Marks, key));
        }

        if (model.Liked is { } liked && prepared[liked].Type != ColumnType.Bool)
        {
            throw new DeclarationException(
                $"liked '{liked}' is {prepared[liked].Type.Word()}, not true or false: derive it, for instance {liked}: rating >= 7.",
                Mark(model.Marks, "liked")
            );
        }

        CheckModel.Columns(model, columns, loop.Data.EventTime, recipe);
        if (loop.Monitor is { Outcome: { } outcome, OutcomeKind: var kind, At: var at } && !raw.ContainsKey(outcome))
        {
            Demand(prepared, outcome, $"outcome.{kind}", at);
        }

        CheckKey(loop, raw);
    }

    /// <summary>A prediction is found by one of its inputs: by a column that no request carries, none ever would be.</summary>
    private static void CheckKey(LoopDeclaration loop, Dictionary<string, Column> raw)
    {
        if (loop.Monitor is not { Key: { } key, At: var at })
        {
            return;
        }

        Demand(raw, key, "outcome.key", at);
        var why =
            string.Equals(key, loop.Model.Target, StringComparison.Ordinal) ? "is the target"
            : loop.Model.Ignore.Contains(key, StringComparer.Ordinal) ? "is under ignore"
            : null;
        if (why is not null)
        {
            throw new DeclarationException(
                $"outcome.key '{key}' {why}, so no prediction is asked with it: name an input of the model, or send outcomes by prediction_id.",
                at
            );
        }
    }

    /// <summary>
    /// The same with columns of which some types are not certain yet, because no rule declares them and only the beginning
    /// of a file was seen: refuses only what is wrong whichever types they turn out to have.
    /// </summary>
    /// <param name="loop">The loop.</param>
    /// <param name="columns">What the files seem to hold.</param>
    public static void WithLikelyColumns(LoopDeclaration loop, IReadOnlyList<LikelyColumn> columns)
    {
        var source = columns.ToDictionary(
            c => c.Name,
            c => new Column(c.Name, c.Type ?? ColumnType.String),
            StringComparer.Ordinal
        );
        foreach (var rule in loop.Data.Contract.Columns)
        {
            var at = Mark(loop.Data.RuleMarks, rule.Name);
            Demand(source, rule.Name, "contract", at);
            var isText = columns.Any(c =>
                c.Type is ColumnType.String && string.Equals(c.Name, rule.Name, StringComparison.Ordinal)
            );
            if (isText && rule.Type is null && (rule.Min ?? rule.Max) is not null)
            {
                throw new DeclarationException(RuleCheck.NoRange(rule.Name, ColumnType.String), at);
            }
        }

        foreach (var key in loop.Data.Contract.Unique)
        {
            Demand(source, key, "unique", Mark(loop.Data.Marks, "unique"));
        }

        var declared = loop
            .Data.Contract.Columns.Where(r => r.Type is not null)
            .ToDictionary(r => r.Name, r => r.Type!.Value, StringComparer.Ordinal);
        DeclarationException? first = null;
        foreach (
            var guess in (ColumnType?[])
                [null, ColumnType.String, ColumnType.Double, ColumnType.Int64, ColumnType.Timestamp]
        )
        {
            try
            {
                WithColumns(loop, [.. columns.Select(c => new Column(c.Name, TypeOf(c, guess)))]);
                return;
            }
            catch (DeclarationException refusal)
            {
                first ??= refusal;
            }
        }

        throw first!;

        ColumnType TypeOf(LikelyColumn column, ColumnType? guess) =>
            declared.TryGetValue(column.Name, out var type) ? type
            : column.Type is ColumnType.String ? ColumnType.String
            : guess ?? column.Type ?? ColumnType.String;
    }

    private static IEnumerable<(string Key, string Column)> Uses(ModelDeclaration model)
    {
        foreach (
            var (key, column) in new[]
            {
                ("target", model.Target),
                ("user", model.User),
                ("item", model.Item),
                ("liked", model.Liked),
            }
        )
        {
            if (column is not null)
            {
                yield return (key, column);
            }
        }
    }

    private static Column Demand(Dictionary<string, Column> columns, string name, string key, Position at) =>
        columns.TryGetValue(name, out var column)
            ? column
            : throw new DeclarationException(
                $"{key} '{name}' is not a column.{DidYouMean.HintOrChoice(name, columns.Keys)}",
                at
            );

    private static Position Mark(IReadOnlyDictionary<string, Position> marks, string key) =>
        marks.TryGetValue(key, out var at) ? at : Position.None;
}
