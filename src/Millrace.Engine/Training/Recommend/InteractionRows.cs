using Millrace.Core;
using Millrace.Engine.Recipes;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Training.Recommend;

/// <summary>What one user has to be recommended in the test: the user as the raw rows name him, and his test items.</summary>
internal sealed record TestUser(Value RawUser, IReadOnlyList<Value> Items);

/// <summary>The rows that the recipe leaves, as who had what when.</summary>
internal sealed class InteractionRows
{
    private readonly DuckSession db;

    private InteractionRows(DuckSession db, FittedRecipe recipe, Column rawUser)
    {
        this.db = db;
        Recipe = recipe;
        RawUser = rawUser;
    }

    public FittedRecipe Recipe { get; }

    /// <summary>The one raw column that the user comes from.</summary>
    public Column RawUser { get; }

    public long TrainRows { get; private set; }

    public static InteractionRows Make(TrainingRows rows, TrainingSpec spec, CancellationToken ct)
    {
        var model = spec.Model;
        var declared = Recipes.Recipe.Compile(spec.Recipe, spec.Schema);
        CheckModel.Columns(model, spec.Schema, spec.EventTime, declared);
        var recipe = declared.Fit(rows.Db.Connection, TrainingRows.Relation, TrainingRows.IsTraining, ct);
        var user = recipe.Output.Single(c => string.Equals(c.Name, model.User, StringComparison.Ordinal));
        var item = recipe.Output.Single(c => string.Equals(c.Name, model.Item, StringComparison.Ordinal));
        var liked = model.Liked is { } name ? $"coalesce({Sql.Identifier(name)}, false)" : "true";
        var inputs = recipe.ForRow([user.Name]).Inputs;
        if (inputs.Count != 1)
        {
            throw Refusal.Invalid(
                $"user: '{user.Name}' is made of {inputs.Count} columns by the recipe. Who asks for recommendations must be named by one."
            );
        }
        var prepared = new InteractionRows(rows.Db, recipe, inputs[0]);
        rows.Db.Execute(
            $"""
            CREATE OR REPLACE TABLE events AS
            SELECT __row, __test, __time, {Stored(user)} AS u, {Stored(item)} AS i, {liked} AS liked
            FROM ({recipe.ToSql(TrainingRows.Relation, [FittedRecipe.RowNumber, "__test", "__time"])})
            """,
            ct
        );
        var missing = rows.Db.Execute("DELETE FROM events WHERE u IS NULL OR i IS NULL", ct);
        if (missing > 0)
        {
            rows.Notices.Add(
                $"{TrainingRows.Count(missing)} rows without '{user.Name}' or '{item.Name}' were left out."
            );
        }
        prepared.TrainRows = rows.Db.Count("SELECT count(*) FROM events WHERE NOT __test", ct);
        if (prepared.TrainRows == 0)
        {
            throw Refusal.Invalid(
                "The recipe and the split leave no row to train on: look at the recipe's filters and the window."
            );
        }
        return prepared;
    }

    /// <summary>The training rows; each pair of user and item at its newest liked row, or its newest where none is liked.</summary>
    public Interactions Training(CancellationToken ct)
    {
        db.Execute(
            """
            CREATE OR REPLACE TABLE pairs AS
            SELECT u, i, bool_or(liked) AS liked, coalesce(max(__time) FILTER (liked), max(__time)) AS t, max(__row) AS r
            FROM events WHERE NOT __test GROUP BY u, i;
            CREATE OR REPLACE TABLE users AS SELECT u, row_number() OVER (ORDER BY u) - 1 AS n FROM (SELECT DISTINCT u FROM pairs);
            CREATE OR REPLACE TABLE items AS SELECT i, row_number() OVER (ORDER BY i) - 1 AS n FROM (SELECT DISTINCT i FROM pairs);
            """,
            ct
        );
        var users = db.Query("SELECT u FROM users ORDER BY n", r => Read(r, 0), ct);
        var items = db.Query("SELECT i FROM items ORDER BY n", r => Read(r, 0), ct);
        var pairs = db.Count("SELECT count(*) FROM pairs", ct);
        if (pairs > Array.MaxLength)
        {
            throw Refusal.Invalid(
                "More than two thousand million pairs of user and item cannot be trained on: set a window."
            );
        }
        var starts = new int[users.Count + 1];
        var itemOf = new int[pairs];
        var age = new float[pairs];
        var liked = new bool[pairs];
        using var command = db.Connection.CreateCommand();
        command.CommandText = """
            SELECT users.n, items.n, CAST(coalesce((SELECT max(t) FROM pairs) - t, 0) AS DOUBLE) / 1e6, liked
            FROM pairs JOIN users USING (u) JOIN items USING (i)
            ORDER BY users.n, t DESC, r DESC
            """;
        command.UseStreamingMode = true;
        using var reader = command.ExecuteReader();
        for (var at = 0; reader.Read(); at++)
        {
            starts[reader.GetInt64(0) + 1] = at + 1;
            itemOf[at] = (int)reader.GetInt64(1);
            age[at] = (float)reader.GetDouble(2);
            liked[at] = reader.GetBoolean(3);
            if (at % 100_000 == 0)
            {
                ct.ThrowIfCancellationRequested();
            }
        }
        return new Interactions([.. users], [.. items], starts, itemOf, age, liked);
    }

    /// <summary>Liked test rows that are news: the user had not the item in training. Definition at <see cref="Metrics.RankingMetrics"/>.</summary>
    /// <param name="since">A predicate over the rows that count, such as those that another model has not learned from.</param>
    /// <param name="ct">Stops it.</param>
    public IReadOnlyList<TestUser> Test(string since, CancellationToken ct)
    {
        var raw = ValueSql.Select(RawUser);
        var found = db.Query(
            $"""
            WITH news AS (
                SELECT u, i, min(__row) AS __row FROM events
                WHERE __test AND liked AND {since} AND NOT EXISTS (
                    SELECT 1 FROM (SELECT u, i FROM events WHERE NOT __test OR NOT ({since})) e WHERE e.u = events.u AND e.i = events.i)
                GROUP BY u, i)
            SELECT raw.v, news.i, news.u
            FROM news JOIN (SELECT __row, {raw} AS v FROM {TrainingRows.Relation} WHERE __test) raw USING (__row)
            ORDER BY news.u, news.i
            """,
            r => (Raw: ValueSql.Read(r, 0, RawUser.Type), Item: Read(r, 1), User: Read(r, 2)),
            ct
        );
        return [.. found.GroupBy(f => f.User).Select(g => new TestUser(g.First().Raw, [.. g.Select(f => f.Item)]))];
    }

    private static string Stored(Column id) =>
        id.Type == ColumnType.String ? Sql.Identifier(id.Name) : $"CAST({Sql.Identifier(id.Name)} AS BIGINT)";

    private static Value Read(DuckDB.NET.Data.DuckDBDataReader reader, int column) =>
        reader.GetFieldType(column) == typeof(string)
            ? Value.Of(reader.GetString(column))
            : Value.Of(reader.GetInt64(column));
}
