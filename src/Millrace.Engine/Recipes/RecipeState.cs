using Millrace.Engine.Declarations;
using Millrace.Engine.Recipes.Expressions;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Recipes;

/// <summary>A column at some point of a recipe, and the slot that holds it.</summary>
internal sealed record SlotColumn(string Name, ColumnType Type, int Slot)
{
    public Column Column => new(Name, Type);

    public Node Node => Nodes.Slot(Slot, Kinds.Of(Type));
}

/// <summary>The columns that there are after the steps so far, and the operations that make them.</summary>
internal sealed class RecipeState : IScope
{
    private readonly List<SlotColumn> columns = [];
    private readonly List<Operation> operations = [];

    /// <summary>Sources of one-hot steps whose values are not learned yet: any column=value may be named.</summary>
    private readonly List<string> open = [];

    public RecipeState(IReadOnlyList<Column> input)
    {
        Input = input;
        foreach (var column in input)
        {
            Insert(columns.Count, column.Name, column.Type, SlotCount++, Position.None);
        }
    }

    public IReadOnlyList<Column> Input { get; }

    public IReadOnlyList<SlotColumn> Columns => columns;

    public IReadOnlyList<Operation> Operations => operations;

    public int SlotCount { get; private set; }

    Node IScope.Column(string name, Position at) => Find(name, at).Node;

    /// <exception cref="DeclarationException">There is no such column here.</exception>
    public SlotColumn Find(string name, Position at)
    {
        if (columns.Find(c => string.Equals(c.Name, name, StringComparison.Ordinal)) is { } column)
        {
            return column;
        }

        return open.Exists(source => name.StartsWith($"{source}=", StringComparison.Ordinal))
            ? Insert(columns.Count, name, ColumnType.Int32, SlotCount++, at)
            : throw new DeclarationException(
                $"there is no column '{name}' here.{DidYouMean.HintOrChoice(name, [.. columns.Select(c => c.Name)])}",
                at
            );
    }

    public void Rename(IReadOnlyDictionary<string, string> names, StepDeclaration step)
    {
        var renamed = names.Select(n => (Old: Find(n.Key, step.PlaceOf(n.Key)), New: n.Value)).ToList();
        foreach (var (old, name) in renamed)
        {
            columns[columns.IndexOf(old)] = old with { Name = name };
        }

        foreach (var (old, name) in renamed)
        {
            if (columns.Count(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase)) > 1)
            {
                throw new DeclarationException($"there is a column '{name}' already.", step.PlaceOf(old.Name));
            }
        }
    }

    /// <summary>Computes a column; one of the same name is replaced where it stands.</summary>
    public void Assign(string name, ColumnType type, Node value, Position at)
    {
        var place = columns.FindIndex(c => string.Equals(c.Name, name, StringComparison.Ordinal));
        if (place >= 0)
        {
            columns.RemoveAt(place);
        }

        operations.Add(new AssignOperation(SlotCount, value));
        Insert(place < 0 ? columns.Count : place, name, type, SlotCount++, at);
    }

    public void Filter(Node condition) => operations.Add(new FilterOperation(condition));

    public void Distinct(IEnumerable<SlotColumn> key) => operations.Add(new DistinctOperation([.. key]));

    /// <summary>Keeps these, in this order.</summary>
    public void Select(IReadOnlyList<SlotColumn> kept)
    {
        columns.Clear();
        columns.AddRange(kept);
    }

    /// <param name="values">Null: not learned yet.</param>
    public void OneHot(SlotColumn source, IReadOnlyList<Value>? values, Position at)
    {
        var place = columns.IndexOf(source);
        columns.RemoveAt(place);
        if (values is null)
        {
            open.Add(source.Name);
            return;
        }

        operations.Add(new OneHotOperation(source.Slot, SlotCount, values));
        foreach (var value in values)
        {
            Insert(place++, $"{source.Name}={ValueText.Write(value)}", ColumnType.Int32, SlotCount++, at);
        }
    }

    public void Ordinal(SlotColumn source, IReadOnlyList<Value> values)
    {
        operations.Add(new OrdinalOperation(source.Slot, SlotCount, values));
        columns[columns.IndexOf(source)] = new SlotColumn(source.Name, ColumnType.Int32, SlotCount++);
    }

    /// <summary>Names differ in more than case, since SQL engines take Rating and rating for one.</summary>
    private SlotColumn Insert(int place, string name, ColumnType type, int slot, Position at)
    {
        var column = new SlotColumn(name, type, slot);
        if (columns.Find(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase)) is { } twin)
        {
            throw new DeclarationException(
                string.Equals(twin.Name, name, StringComparison.Ordinal)
                    ? $"there is a column '{name}' already."
                    : $"there is a column '{twin.Name}' already, and '{name}' differs from it in case only.",
                at
            );
        }

        columns.Insert(place, column);
        return column;
    }
}
