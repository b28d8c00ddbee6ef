using Millrace.Engine.Declarations;
using Millrace.Engine.Recipes;
using Millrace.Engine.Tables;
using Xunit;

namespace Millrace.Tests.Recipes;

public sealed class RecipeTests
{
    private static readonly Column[] Columns =
    [
        new("id", ColumnType.Int64),
        new("age", ColumnType.Int32),
        new("emp.var.rate", ColumnType.Double),
        new("job", ColumnType.String),
        new("when", ColumnType.Timestamp),
        new("born", ColumnType.Date),
        new("member", ColumnType.Bool),
    ];

    [Fact]
    public void Every_step_gives_the_same_in_a_batch_and_for_one_row()
    {
        using var bench = Bench();
        var fitted = bench.Fit(
            new RenameStep(new Dictionary<string, string>(StringComparer.Ordinal) { ["emp.var.rate"] = "rate" }),
            new DeriveStep("old", "age >= 40 and job <> 'student'"),
            new DeriveStep("year", "year(`when`) - year(born)"),
            new CastStep("id", ColumnType.String, null),
            new FillMissingStep("member", "false"),
            new FilterStep("age is null or age > 20"),
            new DropDuplicatesStep(["age", "job"]),
            new ImputeStep(["age"], ImputeWith.Mean),
            new ImputeStep(["rate", "when"], ImputeWith.Median),
            new StandardiseStep(["rate", "year"]),
            new DeriveStep("category", "job"),
            new OneHotStep(["job"], 3),
            new OrdinalStep(["category"]),
            new DropStep(["born"])
        );
        Assert.Equal(
            ["id", "age", "rate", "job=clerk", "job=student", "job=cook", "when", "member", "old", "year", "category"],
            fitted.Output.Select(c => c.Name),
            StringComparer.Ordinal
        );
        bench.Same(fitted, "all steps");
        bench.Same(FittedRecipe.FromJson(fitted.ToJson()), "all steps, read back");
        Assert.Equal(fitted.Hash, FittedRecipe.FromJson(fitted.ToJson()).Hash);
    }

    [Fact]
    public void Filters_and_duplicates_drop_rows_of_a_batch_in_the_order_of_the_steps()
    {
        using var bench = Bench();
        var kept = bench.Query(
            bench
                .Fit(new FilterStep("id % 2 = 0"), new DropDuplicatesStep(["job"]), new SelectStep(["id"]))
                .ToSql(RecipeBench.Table, ["__row"]),
            [ColumnType.Int64]
        );
        Assert.Equal([0, 2, 4, 6, 14], kept.Keys.Order());
    }

    [Fact]
    public void A_row_needs_only_the_inputs_that_its_outputs_depend_on()
    {
        using var bench = Bench();
        var fitted = bench.Fit(
            new DeriveStep("next", "age + 1"),
            new DeriveStep("other", "length(job)"),
            new DeriveStep("later", "next + 1")
        );
        var row = fitted.ForRow(["later"]);
        Assert.Equal(["age"], row.Inputs.Select(i => i.Name), StringComparer.Ordinal);
        var output = new Value[1];
        row.Run([Value.Of(40L)], output);
        Assert.Equal(Value.Of(42L), output[0]);
    }

    [Fact]
    public void What_is_learned_depends_on_nothing_but_the_training_rows()
    {
        StepDeclaration[] steps =
        [
            new DropDuplicatesStep(["age", "emp.var.rate"]),
            new ImputeStep(["age"], ImputeWith.Mean),
            new ImputeStep(["job"], ImputeWith.MostFrequent),
            new StandardiseStep(["emp.var.rate"]),
            new OneHotStep(["job"], 32),
        ];
        var hashes = new List<string>();
        foreach (var threads in new[] { 1, 2, 8 })
        {
            using var bench = Bench(threads, rows: 50_000);
            hashes.Add(bench.Fit(steps).Hash);
            bench.Execute("UPDATE raw SET age = 1000, \"emp.var.rate\" = 1e300, job = 'intruder' WHERE __test");
            hashes.Add(bench.Fit(steps).Hash);
        }

        Assert.Single(hashes.Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public void A_column_without_any_value_in_the_training_rows_is_refused_with_its_place()
    {
        using var bench = Bench();
        bench.Execute("UPDATE raw SET age = NULL WHERE NOT __test");
        var refused = Assert.Throws<DeclarationException>(() =>
            bench.Fit(new ImputeStep(["age"], ImputeWith.Mean) { At = new Position(7, 5) })
        );
        Assert.StartsWith("loop.yaml:7:5: 'age' has no usable value", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_differ_in_case_only_are_refused()
    {
        var refused = Assert.Throws<DeclarationException>(() =>
            Recipe.Compile([new DeriveStep("Age", "age + 1")], Columns)
        );
        Assert.Contains("differs from it in case only", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("select", "no column 'jobb' here. Did you mean 'job'?")]
    [InlineData("standardise", "'job' is string; only numbers can be standardised")]
    [InlineData("cast", "Give it a format: epoch_s, epoch_ms or epoch_us.")]
    [InlineData("fill", "'many' cannot fill 'age', which is int32.")]
    [InlineData("filter", "a filter is a condition, and this is int64")]
    public void A_step_that_cannot_be_is_refused_when_it_is_declared(string step, string message)
    {
        StepDeclaration declared = step switch
        {
            "select" => new SelectStep(["id", "jobb"]),
            "standardise" => new StandardiseStep(["job"]),
            "cast" => new CastStep("id", ColumnType.Timestamp, null),
            "fill" => new FillMissingStep("age", "many"),
            _ => new FilterStep("id"),
        };
        Assert.Contains(
            message,
            Assert.Throws<DeclarationException>(() => Recipe.Compile([declared], Columns)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void One_hot_columns_can_be_named_before_their_values_are_known()
    {
        StepDeclaration[] steps =
        [
            new OneHotStep(["job"], 8),
            new DeriveStep("working", "`job=cook` + `job=clerk` > 0"),
        ];
        Assert.Contains(new Column("working", ColumnType.Bool), Recipe.Compile(steps, Columns).Output);
        using var bench = Bench();
        bench.Same(bench.Fit(steps), "one-hot, then derive");
        var refused = Assert.Throws<DeclarationException>(() =>
            bench.Fit(new OneHotStep(["job"], 8), new DeriveStep("x", "`job=astronaut`"))
        );
        Assert.Contains("no column 'job=astronaut'", refused.Message, StringComparison.Ordinal);
    }

    private static RecipeBench Bench(int threads = 2, int rows = 200)
    {
        string[] jobs = ["clerk", "student", "cook", "clerk", "it's"];
        return new RecipeBench(
            Columns,
            Enumerable
                .Range(0, rows)
                .Select(i =>
                    new[]
                    {
                        Value.Of((long)i),
                        i % 7 == 5 ? Value.Null : Value.Of(18L + (i * 13 % 50)),
                        i % 11 == 3 ? Value.Null : Value.Of(i % 13 == 1 ? double.NaN : i * 0.1),
                        i % 17 == 4 ? Value.Null : Value.Of(jobs[i % jobs.Length]),
                        i % 19 == 4 ? Value.Null : Value.Timestamp(1_400_000_000_000_000 + (i * 86_400_000_001)),
                        Value.Timestamp((i - 3000) * 86_400_000_000),
                        i % 3 == 0 ? Value.Null : Value.Of(i % 2 == 0),
                    }
                ),
            threads
        );
    }
}
