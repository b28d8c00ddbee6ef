using Millrace.Engine.Declarations;

namespace Millrace.Engine.Recipes;

/// <summary>What a fitted step learned of one column. Values are written as text, so that int64 survives any JSON reader.</summary>
internal sealed record LearnedColumn
{
    public required string Name { get; init; }

    /// <summary>Impute: what stands in for null.</summary>
    public string? Fill { get; init; }

    /// <summary>Standardise.</summary>
    public double? Mean { get; init; }

    public double? Deviation { get; init; }

    /// <summary>One-hot and ordinal: the values seen, most frequent first, equally frequent ones in their order.</summary>
    public IReadOnlyList<string>? Values { get; init; }
}

/// <param name="Step">The place of the step in the recipe.</param>
internal sealed record LearnedStep(int Step, IReadOnlyList<LearnedColumn> Columns);

/// <summary>Where the constants of fitted steps come from: the training rows, a file, or nowhere yet.</summary>
internal interface ILearned
{
    /// <summary>One for each column that the step names; null where nothing is learned yet.</summary>
    IReadOnlyList<LearnedColumn>? Of(
        int index,
        StepDeclaration step,
        IReadOnlyList<SlotColumn> columns,
        RecipeState before
    );
}

internal sealed class NotLearned : ILearned
{
    public IReadOnlyList<LearnedColumn>? Of(
        int index,
        StepDeclaration step,
        IReadOnlyList<SlotColumn> columns,
        RecipeState before
    ) => null;
}

internal sealed class AlreadyLearned(IReadOnlyList<LearnedStep> steps) : ILearned
{
    public IReadOnlyList<LearnedColumn>? Of(
        int index,
        StepDeclaration step,
        IReadOnlyList<SlotColumn> columns,
        RecipeState before
    ) =>
        steps.FirstOrDefault(s => s.Step == index) is { } learned && learned.Columns.Count == columns.Count
            ? learned.Columns
            : throw new InvalidDataException($"The fitted recipe holds no constants for its step {index + 1}.");
}
