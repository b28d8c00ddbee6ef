using DuckDB.NET.Data;
using Millrace.Engine.Declarations;
using Millrace.Engine.Recipes;
using Millrace.Engine.Recipes.Expressions;
using Millrace.Engine.Tables;

namespace Millrace.Tests.Recipes;

/// <summary>A table in DuckDB and the same rows as values, so that a test can put both targets side by side.</summary>
internal sealed class RecipeBench : IDisposable
{
    public const string Table = "raw";

    public RecipeBench(IReadOnlyList<Column> columns, IEnumerable<Value[]> rows, int threads = 2)
    {
        Columns = columns;
        Rows = [.. rows];
        Db = new DuckDBConnection("DataSource=:memory:");
        Db.Open();
        Execute($"SET threads={threads}");
        var types = columns.Select(c => $"{Sql.Identifier(c.Name)} {Sql.TypeName(c.Type)}");
        Execute($"CREATE TABLE {Table} ({string.Join(", ", types)}, __row BIGINT, __test BOOLEAN)");
        using var appender = Db.CreateAppender(Table);
        for (var i = 0; i < Rows.Count; i++)
        {
            var row = appender.CreateRow();
            for (var c = 0; c < columns.Count; c++)
            {
                Append(row, Rows[i][c], columns[c].Type);
            }

            row.AppendValue((long?)i).AppendValue((bool?)(i % 4 == 3)).EndRow();
        }
    }

    public DuckDBConnection Db { get; }

    public IReadOnlyList<Column> Columns { get; }

    public IReadOnlyList<Value[]> Rows { get; }

    public void Execute(string sql)
    {
        using var command = Db.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Rows of a query whose columns have these types, the last one being __row.</summary>
    public Dictionary<long, Value[]> Query(string sql, IReadOnlyList<ColumnType> types)
    {
        using var command = Db.CreateCommand();
        var names = types.Select((_, i) => $"x{i}").ToList();
        command.CommandText =
            $"SELECT {string.Join(", ", types.Select((t, i) => t is ColumnType.Date or ColumnType.Timestamp ? $"epoch_us(CAST(x{i} AS TIMESTAMP))" : $"x{i}"))}, r FROM ({sql}) AS q({string.Join(", ", names.Append("r"))})";
        using var reader = command.ExecuteReader();
        var found = new Dictionary<long, Value[]>();
        while (reader.Read())
        {
            found.Add(reader.GetInt64(types.Count), [.. types.Select((t, i) => Read(reader, i, t))]);
        }

        return found;
    }

    /// <summary>The fitted recipe both ways, row by row.</summary>
    public void Same(FittedRecipe fitted, string context)
    {
        var batch = Query(fitted.ToSql(Table, ["__row"]), [.. fitted.Output.Select(c => c.Type)]);
        var row = fitted.ForRow([.. fitted.Output.Select(c => c.Name)]);
        var places = row
            .Inputs.Select(input =>
                Columns.ToList().FindIndex(c => string.Equals(c.Name, input.Name, StringComparison.Ordinal))
            )
            .ToArray();
        var outputs = new Value[fitted.Output.Count];
        foreach (var (number, expected) in batch)
        {
            row.Run([.. places.Select(p => Rows[(int)number][p])], outputs);
            for (var i = 0; i < outputs.Length; i++)
            {
                if (outputs[i] != expected[i])
                {
                    Xunit.Assert.Fail(
                        $"{context}\ncolumn {fitted.Output[i].Name} of row {number} is {Show(expected[i])} in SQL and {Show(outputs[i])} in the row.\n"
                            + string.Join(", ", Columns.Select((c, k) => $"{c.Name}={Show(Rows[(int)number][k])}"))
                    );
                }
            }
        }
    }

    public FittedRecipe Fit(params StepDeclaration[] steps) =>
        Recipe.Compile(steps, Columns).Fit(Db, Table, "NOT __test", Xunit.TestContext.Current.CancellationToken);

    public static string Show(Value value) =>
        value.Kind switch
        {
            ValueKind.Null => "null",
            ValueKind.String =>
                $"'{string.Concat(value.AsString.Select(c => c is >= ' ' and <= '~' ? $"{c}" : $"\\u{(int)c:x4}"))}'",
            ValueKind.Double => $"{value.AsDouble:R} (bits {value.AsInt64:x})",
            ValueKind.Timestamp => $"timestamp {value.AsInt64}",
            _ => value.ToString(),
        };

    public void Dispose() => Db.Dispose();

    private static Value Read(DuckDBDataReader reader, int i, ColumnType type) =>
        reader.IsDBNull(i) ? Value.Null
        : type == ColumnType.Bool ? Value.Of(reader.GetBoolean(i))
        : type == ColumnType.Int32 ? Value.Of((long)reader.GetInt32(i))
        : type == ColumnType.Int64 ? Value.Of(reader.GetInt64(i))
        : type == ColumnType.Double ? Kinds.Put(reader.GetDouble(i))
        : type == ColumnType.String ? Value.Of(reader.GetString(i))
        : Value.Timestamp(reader.GetInt64(i));

    private static void Append(IDuckDBAppenderRow row, Value value, ColumnType type)
    {
        if (value.IsNull)
        {
            row.AppendNullValue();
            return;
        }

        switch (type)
        {
            case ColumnType.Bool:
                row.AppendValue((bool?)value.AsBool);
                break;
            case ColumnType.Int32:
                row.AppendValue((int?)value.AsInt64);
                break;
            case ColumnType.Int64:
                row.AppendValue((long?)value.AsInt64);
                break;
            case ColumnType.Double:
                row.AppendValue((double?)value.AsDouble);
                break;
            case ColumnType.String:
                row.AppendValue(value.AsString);
                break;
            case ColumnType.Date:
                row.AppendValue((DateOnly?)DateOnly.FromDateTime(new Moment(value.AsInt64).Utc));
                break;
            default:
                row.AppendValue((DateTime?)new Moment(value.AsInt64).Utc);
                break;
        }
    }
}
