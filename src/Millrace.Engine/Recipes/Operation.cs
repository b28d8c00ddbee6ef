using Millrace.Engine.Recipes.Expressions;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Recipes;

/// <summary>
/// What a recipe does, step by step, to the slots of a row. A slot is written once and never changed, so steps that
/// rename, reorder or drop columns do nothing here at all.
/// </summary>
internal abstract record Operation
{
    /// <summary>The slots that it reads.</summary>
    public abstract IEnumerable<int> Reads { get; }

    /// <summary>The slots that it writes; none for what only drops rows, which is for batches alone.</summary>
    public virtual IEnumerable<int> Writes => [];

    public virtual void Run(Span<Value> slots) { }
}

internal sealed record AssignOperation(int Slot, Node Value) : Operation
{
    public override IEnumerable<int> Reads => Value.Slots();

    public override IEnumerable<int> Writes => [Slot];

    public override void Run(Span<Value> slots) => slots[Slot] = Value.Evaluate(slots);
}

/// <summary>Keeps rows for which the condition is true.</summary>
internal sealed record FilterOperation(Node Condition) : Operation
{
    public override IEnumerable<int> Reads => Condition.Slots();
}

/// <summary>Keeps the first row of each key.</summary>
internal sealed record DistinctOperation(IReadOnlyList<SlotColumn> Key) : Operation
{
    public override IEnumerable<int> Reads => Key.Select(c => c.Slot);
}

/// <summary>One slot for each value, from <paramref name="First"/> on: 1 where the source has it, else 0.</summary>
internal sealed record OneHotOperation(int Source, int First, IReadOnlyList<Value> Values) : Operation
{
    private readonly Dictionary<Value, int> places = Index(Values);

    public override IEnumerable<int> Reads => [Source];

    public override IEnumerable<int> Writes => Enumerable.Range(First, Values.Count);

    public override void Run(Span<Value> slots)
    {
        slots.Slice(First, Values.Count).Fill(Value.Of(0L));
        if (places.TryGetValue(slots[Source], out var place))
        {
            slots[First + place] = Value.Of(1L);
        }
    }

    public static Dictionary<Value, int> Index(IReadOnlyList<Value> values) =>
        values.Select((value, place) => (value, place)).ToDictionary(v => v.value, v => v.place);
}

/// <summary>The place of the source's value in the list; -1 where it is not there.</summary>
internal sealed record OrdinalOperation(int Source, int Slot, IReadOnlyList<Value> Values) : Operation
{
    private readonly Dictionary<Value, int> places = OneHotOperation.Index(Values);

    public override IEnumerable<int> Reads => [Source];

    public override IEnumerable<int> Writes => [Slot];

    public override void Run(Span<Value> slots) =>
        slots[Slot] = Value.Of(places.TryGetValue(slots[Source], out var place) ? place : -1L);
}
