using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Millrace.Engine.Declarations;
using Millrace.Engine.Recipes;
using Millrace.Engine.Tables;
using Xunit;

namespace Millrace.Tests.Recipes;

/// <summary>
/// One recipe, two targets, the same bits. MILLRACE_PROPERTY_CASES multiplies the cases; a failure prints the seed, and
/// MILLRACE_PROPERTY_SEED takes it (two numbers and a comma) to run the same again.
/// </summary>
public sealed class SameBitsTests
{
    private const int RowsOfBatch = 48;
    private const int ExpressionsOfBatch = 40;

    [Fact]
    public void Random_expressions_over_random_rows_give_equal_bits_in_SQL_and_in_the_row()
    {
        var expressions = new RandomExpressions();
        var batches =
            from rows in Gen.ArrayOf(RandomExpressions.Row, RowsOfBatch)
            from texts in Gen.ArrayOf(Gen.Choose(1, 4).SelectMany(expressions.Any), ExpressionsOfBatch)
            from condition in expressions.Of(ValueKind.Bool, 3)
            select new Batch(
                rows,
                [.. texts.Select(StepDeclaration (t, i) => new DeriveStep($"e{i}", t)), new FilterStep(condition)]
            );
        Check(batches, 8);
    }

    [Fact]
    public void Random_recipes_with_fitted_steps_give_equal_bits_in_SQL_and_in_the_row()
    {
        var expressions = new RandomExpressions();
        var names = Gen.Elements(RandomExpressions.Columns.Select(c => c.Name).Append("new").ToArray());
        var types = Gen.Elements(Enum.GetValues<ColumnType>());
        var step = Gen.OneOf(
            names.SelectMany(n => expressions.Any(2).Select(StepDeclaration (e) => new DeriveStep(n, e))),
            names.SelectMany(n => types.Select(StepDeclaration (t) => new CastStep(n, t, null))),
            names.Select(
                StepDeclaration (n) =>
                    new RenameStep(new Dictionary<string, string>(StringComparer.Ordinal) { [n] = "new" })
            ),
            names.SelectMany(n =>
                Gen.Elements("0", "1.5", "2024-03-09").Select(StepDeclaration (v) => new FillMissingStep(n, v))
            ),
            names.SelectMany(n =>
                Gen.Elements(Enum.GetValues<ImputeWith>()).Select(StepDeclaration (w) => new ImputeStep([n], w))
            ),
            names.Select(StepDeclaration (n) => new StandardiseStep([n])),
            names.SelectMany(n => Gen.Choose(1, 9).Select(StepDeclaration (m) => new OneHotStep([n], m))),
            names.Select(StepDeclaration (n) => new OrdinalStep([n])),
            names.Select(StepDeclaration (n) => new DropDuplicatesStep([n, "i"])),
            expressions.Of(ValueKind.Bool, 2).Select(StepDeclaration (e) => new FilterStep($"coalesce({e}, true)"))
        );
        var batches =
            from rows in Gen.ArrayOf(RandomExpressions.Row, RowsOfBatch)
            from steps in Gen.ArrayOf(step, 14)
            select new Batch(rows, steps);
        Check(batches, 30);
    }

    private static void Check(Gen<Batch> batches, int cases)
    {
        var times = int.Parse(
            Environment.GetEnvironmentVariable("MILLRACE_PROPERTY_CASES") ?? "1",
            CultureInfo.InvariantCulture
        );
        var config = Config.QuickThrowOnFailure.WithMaxTest(cases * times).WithQuietOnSuccess(true);
        if (Environment.GetEnvironmentVariable("MILLRACE_PROPERTY_SEED")?.Split(',') is [var seed, var gamma])
        {
            config = config.WithReplay(
                ulong.Parse(seed, CultureInfo.InvariantCulture),
                ulong.Parse(gamma, CultureInfo.InvariantCulture)
            );
        }

        Prop.ForAll(batches.ToArbitrary(), Run).Check(config);
    }

    /// <summary>Steps that do not fit the columns before them are left out: what is generated is blind to types.</summary>
    private static void Run(Batch batch)
    {
        using var bench = new RecipeBench(RandomExpressions.Columns, batch.Rows);
        var steps = new List<StepDeclaration>();
        foreach (var step in batch.Steps)
        {
            try
            {
                Recipe.Compile([.. steps, step], bench.Columns);
                steps.Add(step);
            }
            catch (DeclarationException) when (step is not DeriveStep { Name: ['e', ..] }) { }
        }

        FittedRecipe fitted;
        try
        {
            fitted = bench.Fit([.. steps]);
        }
        catch (DeclarationException)
        {
            return;
        }

        bench.Same(fitted, Show(steps));
        bench.Same(FittedRecipe.FromJson(fitted.ToJson()), Show(steps));
    }

    private static string Show(IEnumerable<StepDeclaration> steps) =>
        string.Join('\n', steps.Select(s => CanonicalJson.Write(s)));

    private sealed record Batch(IReadOnlyList<Value[]> Rows, IReadOnlyList<StepDeclaration> Steps);
}
