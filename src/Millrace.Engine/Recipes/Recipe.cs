using DuckDB.NET.Data;
using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Recipes;

/// <summary>A declared preparation, checked against the columns that it is for, and not fitted yet.</summary>
public sealed class Recipe
{
    private readonly IReadOnlyList<StepDeclaration> steps;

    private Recipe(IReadOnlyList<StepDeclaration> steps, RecipeState state)
    {
        this.steps = steps;
        Input = state.Input;
        Output = [.. state.Columns.Select(c => c.Column)];
        IsExact = !steps.Any(s => s is OneHotStep);
    }

    public IReadOnlyList<Column> Input { get; }

    /// <summary>The columns after the last step; without those of one-hot steps, whose names are known after the fit.</summary>
    public IReadOnlyList<Column> Output { get; }

    /// <summary>True where <see cref="Output"/> is all that there will be.</summary>
    public bool IsExact { get; }

    /// <exception cref="DeclarationException">A step misspells a column, mixes types or is malformed; with its place in the file.</exception>
    public static Recipe Compile(IReadOnlyList<StepDeclaration> steps, IReadOnlyList<Column> input) =>
        new(steps, RecipeSteps.Apply(steps, input, new NotLearned()));

    /// <summary>Learns what the fitted steps need, step by step, each from what the steps before it leave.</summary>
    /// <param name="db">A connection that sees the relation.</param>
    /// <param name="relation">What stands after FROM: a table, a function call, a SELECT in parentheses.</param>
    /// <param name="trainingRows">A predicate over the relation's columns; no other row has any influence.</param>
    /// <exception cref="DeclarationException">A fitted column has no value in the training rows.</exception>
    public FittedRecipe Fit(DuckDBConnection db, string relation, string trainingRows, CancellationToken ct)
    {
        var learned = new LearnFromRows(db, relation, trainingRows, ct);
        var state = RecipeSteps.Apply(steps, Input, learned);
        return new FittedRecipe(steps, state, learned.Steps);
    }
}
