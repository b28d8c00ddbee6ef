using Millrace.Engine.Recipes.Expressions;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Recipes;

/// <summary>A fitted recipe for one row at serving time. Safe for any number of callers at once; allocates for new texts only.</summary>
public sealed class RowRecipe
{
    [ThreadStatic]
    private static Value[]? scratch;

    private readonly (int Slot, ValueKind Kind)[] loads;
    private readonly Operation[] operations;
    private readonly int[] stores;
    private readonly int slotCount;

    private RowRecipe(
        IReadOnlyList<(Column Column, int Slot)> inputs,
        Operation[] operations,
        int[] stores,
        int slotCount
    )
    {
        Inputs = [.. inputs.Select(i => i.Column)];
        loads = [.. inputs.Select(i => (i.Slot, Kinds.Of(i.Column.Type)))];
        this.operations = operations;
        this.stores = stores;
        this.slotCount = slotCount;
    }

    /// <summary>The raw columns that the outputs depend on, in the order of the dataset.</summary>
    public IReadOnlyList<Column> Inputs { get; }

    /// <param name="inputs">One value for each of <see cref="Inputs"/>: null, or of the column's kind; an integer does for a double.</param>
    /// <param name="outputs">Receives one value for each output asked for.</param>
    public void Run(ReadOnlySpan<Value> inputs, Span<Value> outputs)
    {
        if (inputs.Length != loads.Length || outputs.Length != stores.Length)
        {
            throw new ArgumentException(
                $"The recipe takes {loads.Length} values and gives {stores.Length}.",
                nameof(inputs)
            );
        }

        var slots = scratch?.Length >= slotCount ? scratch : scratch = new Value[Math.Max(slotCount, 64)];
        for (var i = 0; i < loads.Length; i++)
        {
            slots[loads[i].Slot] = Load(inputs[i], loads[i].Kind);
        }

        foreach (var operation in operations)
        {
            operation.Run(slots);
        }

        for (var i = 0; i < stores.Length; i++)
        {
            outputs[i] = slots[stores[i]];
        }
    }

    internal static RowRecipe Of(RecipeState state, IReadOnlyList<string> outputs)
    {
        var wanted = outputs
            .Select(name =>
                state.Columns.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.Ordinal))?.Slot
                ?? throw new ArgumentException($"The recipe has no output '{name}'.", nameof(outputs))
            )
            .ToArray();

        // Backwards: an operation is needed where a needed slot is its own, and then so is what it reads.
        var needed = wanted.ToHashSet();
        var program = new List<Operation>();
        foreach (var operation in state.Operations.Reverse())
        {
            if (operation.Writes.Any(needed.Contains))
            {
                program.Add(operation);
                needed.UnionWith(operation.Reads);
            }
        }

        program.Reverse();
        var inputs = state.Input.Select((column, slot) => (column, slot)).Where(i => needed.Contains(i.slot)).ToList();
        return new RowRecipe(inputs, [.. program], wanted, state.SlotCount);
    }

    /// <summary>As the SQL loads its columns.</summary>
    private static Value Load(in Value value, ValueKind kind) =>
        (value.Kind, kind) switch
        {
            (ValueKind.Null, _) => value,
            // All NaNs are one: what DuckDB or a client sent in their spare bits is of no meaning.
            (ValueKind.Double, ValueKind.Double) => Kinds.Put(value.AsDouble),
            (ValueKind.Int64, ValueKind.Double) => Value.Of((double)value.AsInt64),
            (ValueKind.Timestamp, ValueKind.Timestamp) => value.AsInt64 is >= Moment.Smallest and <= Moment.Largest
                ? value
                : Value.Null,
            var (given, needed) when given == needed => value,
            var (given, _) => throw new ArgumentException(
                $"A value is {Kinds.Name(given)} where {Kinds.Name(kind)} is needed.",
                nameof(value)
            ),
        };
}
