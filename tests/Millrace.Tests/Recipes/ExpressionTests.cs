using DuckDB.NET.Data;
using Millrace.Engine.Declarations;
using Millrace.Engine.Recipes;
using Millrace.Engine.Recipes.Expressions;
using Millrace.Engine.Tables;
using Xunit;

namespace Millrace.Tests.Recipes;

public sealed class ExpressionTests
{
    private static readonly Column[] Columns =
    [
        new("age", ColumnType.Int32),
        new("emp.var.rate", ColumnType.Double),
        new("job", ColumnType.String),
        new("when", ColumnType.Timestamp),
        new("member", ColumnType.Bool),
    ];

    [Theory]
    [InlineData("agee + 1", 1, "there is no column 'agee' here. Did you mean 'age'?")]
    [InlineData("age +", 6, "the expression ends where a column, a value or a function should follow.")]
    [InlineData("emp.var.rate > 1", 1, "write `emp.var.rate` in backticks")]
    [InlineData("age + job", 5, "Join texts with concat(a, b).")]
    [InlineData("age and member", 5, "'and' takes (bool, bool), not (int64, bool).")]
    [InlineData("lenght(job)", 1, "there is no function 'lenght'. Did you mean 'length'?")]
    [InlineData("length(job, 2)", 1, "length takes 1 argument(s), not 2.")]
    [InlineData("1 < age < 3", 9, "comparisons cannot be chained")]
    [InlineData("job in ()", 5, "the list after 'in' is empty")]
    [InlineData("job in ('a', 2)", 14, "this is int64 where string is needed. Convert it with string(x).")]
    [InlineData("if(age, 1, 2)", 4, "this is int64 where bool is needed. Compare it, for instance x <> 0.")]
    [InlineData("`when` > 'yesterday'", 10, "'yesterday' is not a timestamp")]
    [InlineData("timestamp(age)", 1, "timestamp(x, 'epoch_s')")]
    [InlineData("timestamp(job, '%Q')", 16, "'%Q' has %Q; known are")]
    [InlineData("job = 'clerk", 7, "the text that starts here has no closing '")]
    [InlineData("age & 1", 5, "Write 'and'.")]
    [InlineData("99999999999999999999", 1, "does not fit into int64")]
    [InlineData("coalesce(null, null)", 1, "nothing here says of which type null is.")]
    [InlineData("case age when 1 then 2", 23, "the expression ends where 'end' should follow.")]
    [InlineData("age not 3", 9, "expected 'in' or 'between' after 'not' here, not '3'.")]
    public void A_mistake_is_refused_at_its_character(string expression, int column, string message)
    {
        var refused = Assert.Throws<DeclarationException>(() => Compile(expression, new Position(7, 1)));
        Assert.Equal(new Position(7, column), refused.At);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mistake_on_a_later_line_has_that_line() =>
        Assert.Equal(
            new Position(8, 9),
            Assert.Throws<DeclarationException>(() => Compile("age > 3\nand not jbo = ''", new Position(7, 1))).At
        );

    [Fact]
    public void Nesting_up_to_the_limit_runs_in_both_targets_and_beyond_is_refused()
    {
        using var bench = new RecipeBench(
            Columns,
            [
                [Value.Of(40L), Value.Of(1.0), Value.Of("x"), Value.Null, Value.Null],
            ]
        );
        string[] deepest =
        [
            string.Join(" + ", Enumerable.Repeat("age", Parser.MaxDepth - 1)),
            $"{new string('(', 90)}age{new string(')', 90)}",
            $"{string.Concat(Enumerable.Repeat("if(member, 1, ", 90))}age{new string(')', 90)}",
            $"{string.Concat(Enumerable.Repeat("not ", 90))}member",
            $"age in ({string.Join(", ", Enumerable.Range(0, 5000))})",
        ];
        foreach (var expression in deepest)
        {
            bench.Same(bench.Fit(new DeriveStep("deep", expression)), expression);
        }

        string[] deeper =
        [
            string.Join(" + ", Enumerable.Repeat("age", 5000)),
            new string('(', 100_000),
            new string('-', 100_000),
        ];
        foreach (var expression in deeper)
        {
            var refused = Assert.Throws<DeclarationException>(() => Compile(expression, Position.None));
            Assert.Contains("nested more than 100 deep", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Case_is_mapped_alike_for_every_code_point()
    {
        using var db = new DuckDBConnection("DataSource=:memory:");
        db.Open();
        using var command = db.CreateCommand();
        command.CommandText =
            "SELECT chr(CAST(i AS INTEGER)) AS s, lower(s), upper(s) FROM range(1, 1114112) t(i) WHERE i NOT BETWEEN 55296 AND 57343";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var text = reader.GetString(0);
            Assert.Equal(reader.GetString(1), CaseMapping.Lower(text));
            Assert.Equal(reader.GetString(2), CaseMapping.Upper(text));
        }
    }

    [Fact]
    public void A_double_is_written_as_DuckDB_writes_it_and_reads_back_the_same()
    {
        var random = new Random(7);
        var rows = Enumerable
            .Range(0, 20_000)
            .Select(i =>
                Value.Of(
                    i % 2 == 0
                        ? BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue))
                        : Math.Round(random.NextDouble() * 1e6, i % 7) * Math.Pow(10, (i % 40) - 20)
                )
            )
            .Select(v => new[] { v });
        using var bench = new RecipeBench([new Column("x", ColumnType.Double)], rows);
        bench.Same(
            bench.Fit(
                new DeriveStep("text", "string(x)"),
                new DeriveStep("back", "double(text)"),
                new DeriveStep("same", "back = x")
            ),
            "string(x)"
        );
    }

    [Fact]
    public void A_row_of_numbers_is_prepared_without_allocating()
    {
        using var bench = new RecipeBench(Columns, []);
        var row = bench
            .Fit(
                new DeriveStep(
                    "score",
                    "if(age > 40 and job = 'clerk', `emp.var.rate` * 2 + age, coalesce(`emp.var.rate`, 0))"
                )
            )
            .ForRow(["score", "age"]);
        Value[] inputs = [Value.Of(45L), Value.Of(1.5), Value.Of("clerk")];
        var outputs = new Value[2];
        row.Run(inputs, outputs);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            row.Run(inputs, outputs);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(Value.Of(48.0), outputs[0]);
    }

    private static void Compile(string expression, Position at) =>
        Recipe.Compile([new DeriveStep("result", expression) { At = at }], Columns);
}
