using System.Globalization;
using DuckDB.NET.Data;
using Millrace.Engine.Declarations;
using Millrace.Engine.Recipes.Expressions;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Recipes;

/// <summary>
/// Learns constants from the training rows. Whatever the number of threads, the constants are the same: sums are taken
/// in the order of the values and compensated (Kahan 1965), and ties are broken by value.
/// </summary>
internal sealed class LearnFromRows(DuckDBConnection db, string relation, string trainingRows, CancellationToken ct)
    : ILearned
{
    private readonly List<LearnedStep> steps = [];

    public IReadOnlyList<LearnedStep> Steps => steps;

    public IReadOnlyList<LearnedColumn> Of(
        int index,
        StepDeclaration step,
        IReadOnlyList<SlotColumn> columns,
        RecipeState before
    )
    {
        var rows = RecipeSql.Slots(before.Input, before.Operations, relation, trainingRows, []);
        IReadOnlyList<LearnedColumn> learned = step switch
        {
            ImputeStep { With: ImputeWith.Mean } =>
            [
                .. Means(step, columns, rows)
                    .Select((mean, i) => new LearnedColumn { Name = columns[i].Name, Fill = Conversions.Text(mean) }),
            ],
            ImputeStep impute => [.. columns.Select(c => Fill(impute, c, rows))],
            StandardiseStep => Scales(step, columns, rows),
            OneHotStep oneHot => [.. columns.Select(c => Categories(c, rows, oneHot.MaxValues))],
            OrdinalStep => [.. columns.Select(c => Categories(c, rows, int.MaxValue))],
            _ => throw new NotSupportedException(step.GetType().Name),
        };
        steps.Add(new LearnedStep(index, learned));
        return learned;
    }

    private double[] Means(StepDeclaration step, IReadOnlyList<SlotColumn> columns, string rows)
    {
        var sums = Sums(columns, rows, c => Finite(c));
        return
        [
            .. columns.Select(
                (c, i) =>
                    double.IsFinite(sums[i].Sum / sums[i].Count) ? sums[i].Sum / sums[i].Count : throw Nothing(step, c)
            ),
        ];
    }

    private LearnedColumn[] Scales(StepDeclaration step, IReadOnlyList<SlotColumn> columns, string rows)
    {
        var means = Means(step, columns, rows);
        var sums = Sums(
            columns,
            rows,
            (c, i) =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"({Finite(c)} - {TypedLiteral.Of(means[i])}) * ({Finite(c)} - {TypedLiteral.Of(means[i])})"
                )
        );
        return
        [
            .. columns.Select(
                (c, i) =>
                {
                    var deviation = Math.Sqrt(sums[i].Sum / sums[i].Count);
                    return new LearnedColumn
                    {
                        Name = c.Name,
                        Mean = means[i],
                        // A column that never varies becomes 0, not null.
                        Deviation = double.IsFinite(deviation)
                            ? (deviation > 0 ? deviation : 1)
                            : throw Nothing(step, c),
                    };
                }
            ),
        ];
    }

    private List<(double Sum, long Count)> Sums(
        IReadOnlyList<SlotColumn> columns,
        string rows,
        Func<SlotColumn, string> term
    ) => Sums(columns, rows, (c, _) => term(c));

    private List<(double Sum, long Count)> Sums(
        IReadOnlyList<SlotColumn> columns,
        string rows,
        Func<SlotColumn, int, string> term
    )
    {
        var terms = string.Join(", ", columns.Select((c, i) => $"{term(c, i)} AS v{i}"));
        var sums = string.Join(", ", columns.Select((_, i) => $"fsum(v{i} ORDER BY v{i}), count(v{i})"));
        return Query(
            $"SELECT {sums} FROM (SELECT {terms} FROM ({rows}))",
            reader =>
                columns
                    .Select(
                        (_, i) =>
                            (
                                reader.IsDBNull(2 * i) ? double.NaN : reader.GetDouble(2 * i),
                                reader.GetInt64((2 * i) + 1)
                            )
                    )
                    .ToList()
        )[0];
    }

    private LearnedColumn Fill(ImputeStep step, SlotColumn column, string rows)
    {
        // The lower median is a value of the column, so an integer stays one.
        var sql =
            step.With == ImputeWith.Median
                ? $"SELECT {Readable("quantile_disc(v, 0.5)", column)} FROM (SELECT {Ordered(column)} AS v FROM ({rows})) HAVING count(v) > 0"
                : $"SELECT {Readable("v", column)} FROM (SELECT {Ordered(column)} AS v FROM ({rows})) WHERE v IS NOT NULL GROUP BY v ORDER BY count(*) DESC, v LIMIT 1";
        var found = Query(sql, reader => Read(reader, column));
        return found.Count > 0
            ? new LearnedColumn { Name = column.Name, Fill = ValueText.Write(found[0]) }
            : throw Nothing(step, column);
    }

    private LearnedColumn Categories(SlotColumn column, string rows, int most)
    {
        var values = Query(
            $"SELECT c{column.Slot} FROM ({rows}) WHERE c{column.Slot} IS NOT NULL GROUP BY c{column.Slot} ORDER BY count(*) DESC, c{column.Slot} LIMIT {most}",
            reader => Read(reader, column)
        );
        return new LearnedColumn { Name = column.Name, Values = [.. values.Select(ValueText.Write)] };
    }

    /// <summary>Infinities and NaN have no part in what is learned.</summary>
    private static string Finite(SlotColumn column) =>
        $"CASE WHEN isfinite(CAST(c{column.Slot} AS DOUBLE)) THEN CAST(c{column.Slot} AS DOUBLE) END";

    private static string Ordered(SlotColumn column) =>
        column.Type == ColumnType.Double ? Finite(column) : $"c{column.Slot}";

    private static string Readable(string sql, SlotColumn column) =>
        Kinds.Of(column.Type) == ValueKind.Timestamp ? $"epoch_us({sql})" : sql;

    private static Value Read(DuckDBDataReader reader, SlotColumn column) =>
        Kinds.Of(column.Type) switch
        {
            ValueKind.Bool => Value.Of(reader.GetBoolean(0)),
            ValueKind.Int64 => Value.Of(reader.GetInt64(0)),
            // The two zeros are one value, of which either may have been met first.
            ValueKind.Double => Value.Of(reader.GetDouble(0) is var d && d == 0 ? 0.0 : d),
            ValueKind.String => Value.Of(reader.GetString(0)),
            _ => Value.Timestamp(reader.GetInt64(0)),
        };

    private List<T> Query<T>(string sql, Func<DuckDBDataReader, T> read)
    {
        ct.ThrowIfCancellationRequested();
        using var command = db.CreateCommand();
        command.CommandText = sql;
        using var cancel = ct.Register(command.Cancel);
        try
        {
            using var reader = command.ExecuteReader();
            var found = new List<T>();
            while (reader.Read())
            {
                found.Add(read(reader));
            }

            return found;
        }
        catch (DuckDBException) when (ct.IsCancellationRequested)
        {
            throw new OperationCanceledException(ct);
        }
    }

    private static DeclarationException Nothing(StepDeclaration step, SlotColumn column) =>
        new($"'{column.Name}' has no usable value in the training rows to learn from.", step.PlaceOf(column.Name));
}
