using Millrace.Engine.Tables;

namespace Millrace.Engine.Recipes.Expressions;

/// <summary>
/// A typed expression. Each kind of node says side by side what it is in SQL and what it is for one row, and the two
/// must give the same bits: a property test compares them.
/// </summary>
internal abstract class Node(IReadOnlyList<Node> children)
{
    public IReadOnlyList<Node> Children { get; } = children;

    public abstract ValueKind Kind { get; }

    /// <summary>DuckDB SQL over the columns of the recipe's slots.</summary>
    public abstract string ToSql();

    /// <summary>The value for one row, whose slots are filled as far as this expression reads them.</summary>
    public abstract Value Evaluate(ReadOnlySpan<Value> slots);

    /// <summary>The slots that are read.</summary>
    public IEnumerable<int> Slots() =>
        this is IColumn column ? [column.Slot] : Children.SelectMany(child => child.Slots()).Distinct();
}

/// <summary>An expression of a known type. Null is told apart from the value, so that nothing is boxed.</summary>
internal abstract class Node<T>(IReadOnlyList<Node> children) : Node(children)
{
    public override ValueKind Kind { get; } = Kinds.Of<T>();

    /// <summary>False where the value is null.</summary>
    public abstract bool TryGet(ReadOnlySpan<Value> slots, out T value);

    public override Value Evaluate(ReadOnlySpan<Value> slots) =>
        TryGet(slots, out var value) ? Kinds.Put(value) : Value.Null;
}

internal interface IColumn
{
    int Slot { get; }
}

internal interface ILiteral
{
    Value Value { get; }
}

/// <summary>A slot of the row.</summary>
internal sealed class ColumnNode<T>(int slot) : Node<T>([]), IColumn
{
    public int Slot => slot;

    public override string ToSql() => FormattableString.Invariant($"c{slot}");

    public override bool TryGet(ReadOnlySpan<Value> slots, out T value)
    {
        ref readonly var cell = ref slots[slot];
        if (cell.IsNull)
        {
            value = default!;
            return false;
        }

        value = Kinds.Get<T>(in cell);
        return true;
    }
}

/// <summary>A constant, perhaps null.</summary>
internal sealed class LiteralNode<T>(T value, bool isNull = false) : Node<T>([]), ILiteral
{
    public Value Value => isNull ? Value.Null : Kinds.Put(value);

    public override string ToSql() =>
        isNull ? $"CAST(NULL AS {Kinds.Sql(Kind)})"
        : value is bool flag ? TypedLiteral.Of(flag)
        : value is long integer ? TypedLiteral.Of(integer)
        : value is double number ? TypedLiteral.Of(number)
        : value is Moment moment ? $"make_timestamp({TypedLiteral.Of(moment.Microseconds)})"
        : TypedLiteral.Of((string)(object)value!);

    public override bool TryGet(ReadOnlySpan<Value> slots, out T result)
    {
        result = value;
        return !isNull;
    }
}

/// <summary>The word null where its type is not known yet; the binder gives it the type of its neighbours.</summary>
internal sealed class NullNode() : Node([])
{
    public override ValueKind Kind => ValueKind.Null;

    public override string ToSql() => throw new InvalidOperationException("A null without a type has no SQL.");

    public override Value Evaluate(ReadOnlySpan<Value> slots) => Value.Null;
}

/// <summary>A function that may have no result: false gives null. Its arguments are never null.</summary>
internal delegate bool Partial<in TA, TR>(TA a, out TR result);

internal delegate bool Partial<in TA, in TB, TR>(TA a, TB b, out TR result);

internal delegate bool Partial<in TA, in TB, in TC, TR>(TA a, TB b, TC c, out TR result);

/// <summary>A function of one argument that gives null for null.</summary>
internal sealed class MapNode<TA, TR>(Node<TA> a, Func<string, string> sql, Partial<TA, TR> function) : Node<TR>([a])
{
    public override string ToSql() => sql(a.ToSql());

    public override bool TryGet(ReadOnlySpan<Value> slots, out TR value)
    {
        value = default!;
        return a.TryGet(slots, out var x) && function(x, out value);
    }
}

internal sealed class MapNode<TA, TB, TR>(
    Node<TA> a,
    Node<TB> b,
    Func<string, string, string> sql,
    Partial<TA, TB, TR> function
) : Node<TR>([a, b])
{
    public override string ToSql() => sql(a.ToSql(), b.ToSql());

    public override bool TryGet(ReadOnlySpan<Value> slots, out TR value)
    {
        value = default!;
        return a.TryGet(slots, out var x) && b.TryGet(slots, out var y) && function(x, y, out value);
    }
}

internal sealed class MapNode<TA, TB, TC, TR>(
    Node<TA> a,
    Node<TB> b,
    Node<TC> c,
    Func<string, string, string, string> sql,
    Partial<TA, TB, TC, TR> function
) : Node<TR>([a, b, c])
{
    public override string ToSql() => sql(a.ToSql(), b.ToSql(), c.ToSql());

    public override bool TryGet(ReadOnlySpan<Value> slots, out TR value)
    {
        value = default!;
        return a.TryGet(slots, out var x)
            && b.TryGet(slots, out var y)
            && c.TryGet(slots, out var z)
            && function(x, y, z, out value);
    }
}
