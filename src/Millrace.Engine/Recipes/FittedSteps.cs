using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Recipes.Expressions;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Recipes;

/// <summary>Steps with learned constants. Without constants yet they are checked, and leave columns of the right types.</summary>
internal static class FittedSteps
{
    public static void Impute(RecipeState state, ImputeStep step, int index, ILearned learned)
    {
        var columns = Checked(
            state,
            step,
            step.Columns,
            type =>
                step.With switch
                {
                    ImputeWith.Mean => type is ColumnType.Int32 or ColumnType.Int64 or ColumnType.Double,
                    ImputeWith.Median => type is not (ColumnType.Bool or ColumnType.String),
                    _ => true,
                },
            step.With == ImputeWith.Mean ? "the mean is of numbers" : "the median is of numbers and moments"
        );
        var constants = learned.Of(index, step, columns, state);
        for (var i = 0; i < columns.Count; i++)
        {
            // The mean of integers is none: the column becomes double.
            var type = step.With == ImputeWith.Mean ? ColumnType.Double : columns[i].Type;
            var node = step.With == ImputeWith.Mean ? Nodes.ToDouble(columns[i].Node) : columns[i].Node;
            if (constants is not null)
            {
                node = Nodes.Coalesce(node, Nodes.Literal(Constant(constants[i].Fill, type)));
            }

            state.Assign(columns[i].Name, type, node, step.At);
        }
    }

    public static void Standardise(RecipeState state, StandardiseStep step, int index, ILearned learned)
    {
        var columns = Checked(
            state,
            step,
            step.Columns,
            type => type is ColumnType.Int32 or ColumnType.Int64 or ColumnType.Double,
            "only numbers can be standardised"
        );
        var constants = learned.Of(index, step, columns, state);
        for (var i = 0; i < columns.Count; i++)
        {
            var node = Nodes.ToDouble(columns[i].Node);
            if (constants is not null)
            {
                var mean = new LiteralNode<double>(constants[i].Mean ?? throw Missing());
                var deviation = new LiteralNode<double>(constants[i].Deviation ?? throw Missing());
                node = Nodes.Call("/", Nodes.Call("-", node, mean), deviation);
            }

            state.Assign(columns[i].Name, ColumnType.Double, node, step.At);
        }
    }

    public static void OneHot(RecipeState state, OneHotStep step, int index, ILearned learned)
    {
        if (step.MaxValues < 1)
        {
            throw new DeclarationException("one_hot needs at least one value.", step.At);
        }

        var columns = Categories(state, step, step.Columns);
        var constants = learned.Of(index, step, columns, state);
        for (var i = 0; i < columns.Count; i++)
        {
            state.OneHot(
                columns[i],
                constants is null ? null : Values(constants[i], columns[i]),
                step.PlaceOf(columns[i].Name)
            );
        }
    }

    public static void Ordinal(RecipeState state, OrdinalStep step, int index, ILearned learned)
    {
        var columns = Categories(state, step, step.Columns);
        var constants = learned.Of(index, step, columns, state);
        for (var i = 0; i < columns.Count; i++)
        {
            state.Ordinal(columns[i], constants is null ? [] : Values(constants[i], columns[i]));
        }
    }

    private static IReadOnlyList<SlotColumn> Categories(
        RecipeState state,
        StepDeclaration step,
        IReadOnlyList<string> names
    ) =>
        Checked(
            state,
            step,
            names,
            type => type is ColumnType.String or ColumnType.Bool or ColumnType.Int32 or ColumnType.Int64,
            "categories are texts, integers or booleans"
        );

    private static IReadOnlyList<SlotColumn> Checked(
        RecipeState state,
        StepDeclaration step,
        IReadOnlyList<string> names,
        Func<ColumnType, bool> allowed,
        string why
    )
    {
        var columns = RecipeSteps.Columns(state, step, names);
        return columns.FirstOrDefault(c => !allowed(c.Type)) is { } wrong
            ? throw new DeclarationException($"'{wrong.Name}' is {wrong.Type.Word()}; {why}.", step.PlaceOf(wrong.Name))
            : columns;
    }

    private static IReadOnlyList<Value> Values(LearnedColumn learned, SlotColumn column) =>
        [.. (learned.Values ?? throw Missing()).Select(v => Constant(v, column.Type))];

    private static Value Constant(string? text, ColumnType type) =>
        (text is null ? null : ValueText.Read(text, type)) ?? throw Missing();

    private static InvalidDataException Missing() =>
        new("The fitted recipe lacks a constant, or has one of a wrong type.");
}
