using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Recipes.Expressions;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Recipes;

/// <summary>What each declared step means: changes of the state, checked as they are made.</summary>
internal static class RecipeSteps
{
    /// <summary>Takes all steps, in order.</summary>
    /// <exception cref="DeclarationException">A step names what is not there, or does what its column's type does not allow.</exception>
    public static RecipeState Apply(IReadOnlyList<StepDeclaration> steps, IReadOnlyList<Column> input, ILearned learned)
    {
        var state = new RecipeState(input);
        for (var i = 0; i < steps.Count; i++)
        {
            Apply(state, steps[i], i, learned);
        }

        return state;
    }

    private static void Apply(RecipeState state, StepDeclaration step, int index, ILearned learned)
    {
        switch (step)
        {
            case RenameStep rename:
                state.Rename(rename.Names, rename);
                break;
            case CastStep cast:
                var source = state.Find(cast.Name, cast.PlaceOf(cast.Name));
                state.Assign(cast.Name, cast.Type, ColumnCast.Make(source, cast), cast.At);
                break;
            case DeriveStep derive:
                var value = Binder.Bind(derive.Expression, derive.At, state);
                state.Assign(derive.Name, Kinds.ColumnType(value.Kind), value, derive.PlaceOf(derive.Name));
                break;
            case FilterStep filter:
                state.Filter(Condition(filter, state));
                break;
            case DropDuplicatesStep distinct:
                state.Distinct(
                    distinct.Columns.Count == 0 ? state.Columns : Columns(state, distinct, distinct.Columns)
                );
                break;
            case FillMissingStep fill:
                Fill(state, fill);
                break;
            case SelectStep select:
                state.Select(Columns(state, select, select.Columns));
                break;
            case DropStep drop:
                state.Select([.. state.Columns.Except(Columns(state, drop, drop.Columns))]);
                break;
            case ImputeStep impute:
                FittedSteps.Impute(state, impute, index, learned);
                break;
            case StandardiseStep standardise:
                FittedSteps.Standardise(state, standardise, index, learned);
                break;
            case OneHotStep oneHot:
                FittedSteps.OneHot(state, oneHot, index, learned);
                break;
            case OrdinalStep ordinal:
                FittedSteps.Ordinal(state, ordinal, index, learned);
                break;
            default:
                throw new NotSupportedException(step.GetType().Name);
        }
    }

    /// <summary>The named columns, each once.</summary>
    public static IReadOnlyList<SlotColumn> Columns(
        RecipeState state,
        StepDeclaration step,
        IReadOnlyList<string> names
    )
    {
        if (names.Count == 0)
        {
            throw new DeclarationException("the step names no column.", step.At);
        }

        var twice = names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        return twice is null
            ? [.. names.Select(n => state.Find(n, step.PlaceOf(n)))]
            : throw new DeclarationException($"the column '{twice.Key}' is named twice.", step.PlaceOf(twice.Key));
    }

    private static Node Condition(FilterStep filter, RecipeState state)
    {
        var condition = Binder.Bind(filter.Expression, filter.At, state);
        return condition.Kind == ValueKind.Bool
            ? condition
            : throw new DeclarationException(
                $"a filter is a condition, and this is {Kinds.Name(condition.Kind)}; compare it with something.",
                filter.At
            );
    }

    private static void Fill(RecipeState state, FillMissingStep fill)
    {
        var at = fill.PlaceOf(fill.Name);
        var column = state.Find(fill.Name, at);
        var literal =
            ValueText.Read(fill.Literal, column.Type)
            ?? throw new DeclarationException(
                $"'{fill.Literal}' cannot fill '{column.Name}', which is {column.Type.Word()}.",
                at
            );
        state.Assign(column.Name, column.Type, Nodes.Coalesce(column.Node, Nodes.Literal(literal)), at);
    }
}
