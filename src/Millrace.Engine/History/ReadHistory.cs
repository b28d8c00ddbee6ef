using DuckDB.NET.Data;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Recipes;
using Millrace.Engine.Tables;
using Millrace.Engine.Training;

namespace Millrace.Engine.History;

/// <summary>
/// Reads a history in order, with what the recipe says really happened in each row. Rows that the recipe filters out did not happen.
/// What the recipe must learn for that, it learns from the rows before the first that is predicted.
/// </summary>
public sealed class ReadHistory : IDisposable
{
    private const string Relation = "history";
    private readonly DuckSession db;
    private readonly HistoryFile file;
    private readonly ModelDeclaration model;

    private ReadHistory(DuckSession db, HistoryFile file, ModelDeclaration model)
    {
        this.db = db;
        this.file = file;
        this.model = model;
    }

    /// <summary>Recommend: the place, among the raw cells, of the one that names the user.</summary>
    public int RawUser { get; private set; } = -1;

    /// <param name="file">The rows.</param>
    /// <param name="recipe">The preparation.</param>
    /// <param name="model">Names the target, or user and item.</param>
    /// <param name="learned">The recipe learns from so many rows.</param>
    /// <param name="spill">A folder for what memory does not hold.</param>
    /// <param name="ct">Stops it.</param>
    public static ReadHistory Open(
        HistoryFile file,
        IReadOnlyList<StepDeclaration> recipe,
        ModelDeclaration model,
        long learned,
        string spill,
        CancellationToken ct
    )
    {
        var history = new ReadHistory(DuckSession.Open(spill), file, model);
        try
        {
            history.Prepare(recipe, learned, ct);
            return history;
        }
        catch
        {
            history.Dispose();
            throw;
        }
    }

    public IEnumerable<HistoryRow> Read(CancellationToken ct)
    {
        var raw = file.Schema.Select((c, i) => FormattableString.Invariant($"{ValueSql.Select(c)} AS c{i}"));
        var cells = Enumerable.Range(0, file.Schema.Count).Select(i => FormattableString.Invariant($"c{i}"));
        using var command = db.Connection.CreateCommand();
        command.CommandText = $"""
            SELECT {string.Join(", ", cells)}, __row, __at, actual, who, counts
            FROM (SELECT {string.Join(", ", raw)}, __row, __at FROM {Relation}) JOIN happened USING (__row)
            ORDER BY __row
            """;
        command.UseStreamingMode = true;
        using var reader = command.ExecuteReader();
        var n = file.Schema.Count;
        while (reader.Read())
        {
            var row = new Value[n];
            for (var i = 0; i < n; i++)
            {
                row[i] = ValueSql.Read(reader, i, file.Schema[i].Type);
            }

            var number = reader.GetInt64(n);
            if (number % 10_000 == 0)
            {
                ct.ThrowIfCancellationRequested();
            }

            yield return new(
                number,
                reader.IsDBNull(n + 1) ? null : HistoryFile.Moment(reader.GetInt64(n + 1)),
                row,
                Any(reader, n + 2),
                Any(reader, n + 3),
                reader.GetBoolean(n + 4)
            );
        }
    }

    public void Dispose() => db.Dispose();

    private void Prepare(IReadOnlyList<StepDeclaration> steps, long learned, CancellationToken ct)
    {
        var time = file.EventTime is { } name
            ? $"epoch_us(CAST({Sql.Identifier(name)} AS TIMESTAMP))"
            : "CAST(NULL AS BIGINT)";
        db.Execute(
            $"""
            CREATE VIEW {Relation} AS
            SELECT {Sql.Identifiers(
                file.Schema.Select(c => c.Name)
            )}, file_row_number AS {FittedRecipe.RowNumber}, {time} AS __at
            FROM read_parquet({Sql.Files([file.Path])}, file_row_number = true)
            """,
            ct
        );
        var declared = Recipe.Compile(steps, file.Schema);
        CheckModel.Columns(model, file.Schema, file.EventTime, declared);
        var recipe = declared.Fit(db.Connection, Relation, $"{FittedRecipe.RowNumber} < {Sql.Literal(learned)}", ct);
        if (model.Task == TaskKind.Recommend)
        {
            var inputs = recipe.ForRow([model.User!]).Inputs;
            RawUser = inputs is [var user]
                ? file.Schema.ToList().IndexOf(user)
                : throw Refusal.Invalid(
                    $"user: '{model.User}' is made of {inputs.Count} columns by the recipe. Who asks for recommendations must be named by one."
                );
        }

        var (actual, who, counts) = Happened(recipe);
        db.Execute(
            $"""
            CREATE TABLE happened AS
            SELECT {FittedRecipe.RowNumber}, {actual} AS actual, {who} AS who, {counts} AS counts
            FROM ({recipe.ToSql(Relation, [FittedRecipe.RowNumber])})
            """,
            ct
        );
        db.Execute("DELETE FROM happened WHERE actual IS NULL", ct);
    }

    private (string Actual, string Who, string Counts) Happened(FittedRecipe recipe)
    {
        switch (model.Task)
        {
            case TaskKind.Classify:
                return ($"CAST({Sql.Identifier(model.Target!)} AS VARCHAR)", "CAST(NULL AS BIGINT)", "true");
            case TaskKind.Regress:
                var number = $"CAST({Sql.Identifier(model.Target!)} AS DOUBLE)";
                return ($"CASE WHEN isfinite({number}) THEN {number} END", "CAST(NULL AS BIGINT)", "true");
            default:
                var liked = model.Liked is { } name ? $"coalesce({Sql.Identifier(name)}, false)" : "true";
                return (Id(model.Item!), Id(model.User!), $"{liked} AND {Id(model.User!)} IS NOT NULL");
        }

        string Id(string name) =>
            recipe.Output.Single(c => string.Equals(c.Name, name, StringComparison.Ordinal)).Type == ColumnType.String
                ? Sql.Identifier(name)
                : $"CAST({Sql.Identifier(name)} AS BIGINT)";
    }

    private static Value Any(DuckDBDataReader reader, int column)
    {
        if (reader.IsDBNull(column))
        {
            return Value.Null;
        }

        var type = reader.GetFieldType(column);
        return type == typeof(string) ? Value.Of(reader.GetString(column))
            : type == typeof(double) ? Value.Of(reader.GetDouble(column))
            : Value.Of(reader.GetInt64(column));
    }
}
