using System.Text;
using Millrace.Engine.Recipes.Expressions;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Recipes;

/// <summary>
/// A recipe as one SELECT of nested SELECTs, which DuckDB folds into one pass. Inside, columns are called by their slot
/// (c0, c1 …) and have the type of their kind, so no name of the user's can collide with another.
/// </summary>
internal static class RecipeSql
{
    private const string Order = "r";

    /// <summary>SQL for the slots after the operations.</summary>
    /// <param name="input">The columns of the relation that fill the first slots.</param>
    /// <param name="relation">What stands after FROM.</param>
    /// <param name="where">A predicate over the relation's own columns; null for all rows.</param>
    /// <param name="carry">Columns of the relation that go along as k0, k1 …</param>
    public static string Slots(
        IReadOnlyList<Column> input,
        IEnumerable<Operation> operations,
        string relation,
        string? where,
        IReadOnlyList<string> carry
    )
    {
        var steps = operations.ToList();
        var first = input
            .Select((c, slot) => $"{Load(c)} AS c{slot}")
            .Concat(carry.Select((c, i) => $"{Sql.Identifier(c)} AS k{i}"));
        if (steps.Exists(s => s is DistinctOperation))
        {
            first = first.Append($"{Sql.Identifier(FittedRecipe.RowNumber)} AS {Order}");
        }

        var sql =
            $"SELECT {string.Join(", ", first.DefaultIfEmpty("1 AS c0"))} FROM {relation}{(where is null ? "" : $" WHERE ({where})")}";
        var pending = new List<(int Slot, string Sql)>();
        foreach (var step in steps)
        {
            // What reads a slot that the SELECT being built only makes needs a SELECT around it.
            if (pending.Count > 0 && (!Assigns(step) || step.Reads.Any(r => pending.Exists(p => p.Slot == r))))
            {
                sql = Flush(sql, pending);
            }

            sql = Append(sql, step, pending);
        }

        return Flush(sql, pending);
    }

    /// <summary>A slot as a column of a dataset's type.</summary>
    public static string Store(int slot, ColumnType type) =>
        type is ColumnType.Int32 or ColumnType.Date
            ? FormattableString.Invariant($"CAST(c{slot} AS {Sql.TypeName(type)})")
            : FormattableString.Invariant($"c{slot}");

    /// <summary>
    /// DuckDB may give the key of a group for the column of a row, and the two zeros are one key: so a double's key is an
    /// expression of its own.
    /// </summary>
    private static string Key(SlotColumn column) =>
        column.Type == ColumnType.Double
            ? $"CASE WHEN c{column.Slot} = 0.0 THEN CAST(0.0 AS DOUBLE) ELSE c{column.Slot} END"
            : $"c{column.Slot}";

    private static bool Assigns(Operation step) => step is AssignOperation or OneHotOperation;

    private static string Append(string sql, Operation step, List<(int Slot, string Sql)> pending)
    {
        switch (step)
        {
            case AssignOperation assign:
                pending.Add((assign.Slot, assign.Value.ToSql()));
                return sql;
            case OneHotOperation oneHot:
                pending.AddRange(
                    oneHot.Values.Select(
                        (value, place) =>
                            (
                                oneHot.First + place,
                                $"CAST(CASE WHEN c{oneHot.Source} = {Nodes.Literal(value).ToSql()} THEN 1 ELSE 0 END AS BIGINT)"
                            )
                    )
                );
                return sql;
            case FilterOperation filter:
                return $"SELECT * FROM ({sql}) WHERE {filter.Condition.ToSql()}";
            case DistinctOperation distinct:
                // Not row_number() = 1: DuckDB rewrites that to an aggregate, in which -0.0 becomes 0.0.
                var key = string.Join(", ", distinct.Key.Select(Key));
                return $"SELECT * FROM ({sql}) QUALIFY min({Order}) OVER (PARTITION BY {key}) = {Order}";
            case OrdinalOperation { Values.Count: 0 } empty:
                pending.Add((empty.Slot, TypedLiteral.Of(-1L)));
                return sql;
            case OrdinalOperation ordinal:
                // A join, since a list of many thousand values would be searched from its start for every row.
                var values = string.Join(
                    ", ",
                    ordinal.Values.Select((v, place) => $"({Nodes.Literal(v).ToSql()}, {TypedLiteral.Of((long)place)})")
                );
                return $"SELECT t.*, coalesce(o.place, {TypedLiteral.Of(-1L)}) AS c{ordinal.Slot} FROM ({sql}) t LEFT JOIN (VALUES {values}) o(value, place) ON t.c{ordinal.Source} = o.value";
            default:
                throw new NotSupportedException(step.GetType().Name);
        }
    }

    private static string Flush(string sql, List<(int Slot, string Sql)> pending)
    {
        if (pending.Count == 0)
        {
            return sql;
        }

        var made = new StringBuilder();
        foreach (var (slot, expression) in pending)
        {
            made.Append(System.Globalization.CultureInfo.InvariantCulture, $", {expression} AS c{slot}");
        }

        pending.Clear();
        return $"SELECT *{made} FROM ({sql})";
    }

    /// <summary>A dataset's column as its kind; moments that no expression can hold are null.</summary>
    private static string Load(Column column)
    {
        var name = Sql.Identifier(column.Name);
        var kind = Kinds.Of(column.Type);
        return kind == ValueKind.Timestamp
            ? $"CASE WHEN CAST({name} AS TIMESTAMP) BETWEEN make_timestamp({TypedLiteral.Of(Moment.Smallest)}) AND make_timestamp({TypedLiteral.Of(Moment.Largest)}) THEN CAST({name} AS TIMESTAMP) END"
            : $"CAST({name} AS {Kinds.Sql(kind)})";
    }
}
