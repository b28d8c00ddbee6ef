using Millrace.Engine.Tables;

namespace Millrace.Engine.Recipes.Expressions;

/// <summary>Three-valued: false wins over null, null over true.</summary>
internal sealed class AndNode(Node<bool> a, Node<bool> b) : Node<bool>([a, b])
{
    public override string ToSql() => $"({a.ToSql()} AND {b.ToSql()})";

    public override bool TryGet(ReadOnlySpan<Value> slots, out bool value)
    {
        var known = a.TryGet(slots, out value);
        if (known && !value)
        {
            return true;
        }

        return b.TryGet(slots, out value) && (known || !value);
    }
}

/// <summary>Three-valued: true wins over null, null over false.</summary>
internal sealed class OrNode(Node<bool> a, Node<bool> b) : Node<bool>([a, b])
{
    public override string ToSql() => $"({a.ToSql()} OR {b.ToSql()})";

    public override bool TryGet(ReadOnlySpan<Value> slots, out bool value)
    {
        var known = a.TryGet(slots, out value);
        if (known && value)
        {
            return true;
        }

        return b.TryGet(slots, out value) && (known || value);
    }
}

internal sealed class IsNullNode(Node operand, bool negated) : Node<bool>([operand])
{
    public override string ToSql() => $"({operand.ToSql()} IS {(negated ? "NOT " : "")}NULL)";

    public override bool TryGet(ReadOnlySpan<Value> slots, out bool value)
    {
        value = operand.Evaluate(slots).IsNull != negated;
        return true;
    }
}

/// <summary>Null where the operand is null, or where it is not found and the list has a null.</summary>
internal sealed class InNode<T>(Node<T> operand, IReadOnlyList<Node<T>> items) : Node<bool>([operand, .. items])
{
    private readonly Node<T>[] items = [.. items];

    public override string ToSql() => $"({operand.ToSql()} IN ({string.Join(", ", items.Select(i => i.ToSql()))}))";

    public override bool TryGet(ReadOnlySpan<Value> slots, out bool value)
    {
        value = false;
        if (!operand.TryGet(slots, out var x))
        {
            return false;
        }

        var sawNull = false;
        foreach (var item in items)
        {
            if (!item.TryGet(slots, out var y))
            {
                sawNull = true;
            }
            else if (Order.Compare(x, y) == 0)
            {
                value = true;
                return true;
            }
        }

        return !sawNull;
    }
}

internal sealed class BetweenNode<T>(Node<T> operand, Node<T> from, Node<T> to) : Node<bool>([operand, from, to])
{
    public override string ToSql() => $"({operand.ToSql()} BETWEEN {from.ToSql()} AND {to.ToSql()})";

    public override bool TryGet(ReadOnlySpan<Value> slots, out bool value)
    {
        value = false;
        if (!operand.TryGet(slots, out var x))
        {
            return false;
        }

        // Three-valued: outside one known bound is false, whatever the other is.
        var hasFrom = from.TryGet(slots, out var low);
        if (hasFrom && Order.Compare(x, low) < 0)
        {
            return true;
        }

        if (!to.TryGet(slots, out var high))
        {
            return false;
        }

        value = Order.Compare(x, high) <= 0;
        return hasFrom || !value;
    }
}

/// <summary>The branch of the first condition that is true; null where none is and there is no else.</summary>
internal sealed class CaseNode<T>(IReadOnlyList<(Node<bool> When, Node<T> Then)> branches, Node<T> otherwise)
    : Node<T>([.. branches.SelectMany(b => new Node[] { b.When, b.Then }), otherwise])
{
    private readonly (Node<bool> When, Node<T> Then)[] branches = [.. branches];

    public override string ToSql() =>
        $"CASE {string.Join(' ', branches.Select(b => $"WHEN {b.When.ToSql()} THEN {b.Then.ToSql()}"))} ELSE {otherwise.ToSql()} END";

    public override bool TryGet(ReadOnlySpan<Value> slots, out T value)
    {
        foreach (var (when, then) in branches)
        {
            if (when.TryGet(slots, out var holds) && holds)
            {
                return then.TryGet(slots, out value);
            }
        }

        return otherwise.TryGet(slots, out value);
    }
}

/// <summary>The first that is not null.</summary>
internal sealed class CoalesceNode<T>(IReadOnlyList<Node<T>> items) : Node<T>(items)
{
    private readonly Node<T>[] items = [.. items];

    public override string ToSql() => $"coalesce({string.Join(", ", items.Select(i => i.ToSql()))})";

    public override bool TryGet(ReadOnlySpan<Value> slots, out T value)
    {
        foreach (var item in items)
        {
            if (item.TryGet(slots, out value))
            {
                return true;
            }
        }

        value = default!;
        return false;
    }
}

/// <summary>The least or greatest of those that are not null; of equal ones the first.</summary>
internal sealed class ExtremeNode<T>(string name, int sign, IReadOnlyList<Node<T>> items) : Node<T>(items)
{
    private readonly Node<T>[] items = [.. items];

    public override string ToSql() => $"{name}({string.Join(", ", items.Select(i => i.ToSql()))})";

    public override bool TryGet(ReadOnlySpan<Value> slots, out T value)
    {
        value = default!;
        var found = false;
        foreach (var item in items)
        {
            if (item.TryGet(slots, out var x) && (!found || Order.Compare(x, value) * sign > 0))
            {
                value = x;
                found = true;
            }
        }

        return found;
    }
}

/// <summary>Texts one after the other; null where one of them is.</summary>
internal sealed class ConcatNode(IReadOnlyList<Node<string>> items) : Node<string>(items)
{
    private readonly Node<string>[] items = [.. items];

    public override string ToSql() => $"({string.Join(" || ", items.Select(i => i.ToSql()))})";

    public override bool TryGet(ReadOnlySpan<Value> slots, out string value)
    {
        value = "";
        foreach (var item in items)
        {
            if (!item.TryGet(slots, out var part))
            {
                return false;
            }

            value += part;
        }

        return true;
    }
}
