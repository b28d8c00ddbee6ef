using Millrace.Engine.Tables;

namespace Millrace.Engine.Recipes.Expressions;

/// <summary>Makes the nodes that stand for slots and constants of a type known only now.</summary>
internal static class Nodes
{
    public static Node Slot(int slot, ValueKind kind) =>
        kind switch
        {
            ValueKind.Bool => new ColumnNode<bool>(slot),
            ValueKind.Int64 => new ColumnNode<long>(slot),
            ValueKind.Double => new ColumnNode<double>(slot),
            ValueKind.String => new ColumnNode<string>(slot),
            ValueKind.Timestamp => new ColumnNode<Moment>(slot),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };

    public static Node Literal(Value value) =>
        value.Kind switch
        {
            ValueKind.Null => new NullNode(),
            ValueKind.Bool => new LiteralNode<bool>(value.AsBool),
            ValueKind.Int64 => new LiteralNode<long>(value.AsInt64),
            ValueKind.Double => new LiteralNode<double>(value.AsDouble),
            ValueKind.String => new LiteralNode<string>(value.AsString),
            _ => new LiteralNode<Moment>(new Moment(value.AsInt64)),
        };

    public static Node Null(ValueKind kind) =>
        kind switch
        {
            ValueKind.Bool => new LiteralNode<bool>(default, isNull: true),
            ValueKind.Int64 => new LiteralNode<long>(default, isNull: true),
            ValueKind.Double => new LiteralNode<double>(default, isNull: true),
            ValueKind.String => new LiteralNode<string>("", isNull: true),
            _ => new LiteralNode<Moment>(default, isNull: true),
        };

    public static Node Coalesce(Node first, Node second) => Generic(first.Kind, new Coalesce(), [first, second]);

    public static Node Generic(ValueKind kind, IGenericNode node, IReadOnlyList<Node> parts) =>
        kind switch
        {
            ValueKind.Bool => node.Make<bool>(parts),
            ValueKind.Int64 => node.Make<long>(parts),
            ValueKind.Double => node.Make<double>(parts),
            ValueKind.String => node.Make<string>(parts),
            _ => node.Make<Moment>(parts),
        };

    /// <summary>An overload that is known to exist.</summary>
    public static Node Call(string name, params Node[] arguments) =>
        Functions.Exact(name, [.. arguments.Select(a => a.Kind)]).Build(arguments);

    public static Node ToDouble(Node node) => node.Kind == ValueKind.Double ? node : Call("double", node);
}

/// <summary>A node whose type parameter is known only when an expression is typed.</summary>
internal interface IGenericNode
{
    /// <param name="parts">All of type <typeparamref name="T"/>.</param>
    Node Make<T>(IReadOnlyList<Node> parts);
}

internal sealed record Coalesce : IGenericNode
{
    public Node Make<T>(IReadOnlyList<Node> parts) => new CoalesceNode<T>([.. parts.Cast<Node<T>>()]);
}

internal sealed record Extreme(string Name, int Sign) : IGenericNode
{
    public Node Make<T>(IReadOnlyList<Node> parts) => new ExtremeNode<T>(Name, Sign, [.. parts.Cast<Node<T>>()]);
}

/// <summary>The first part is looked for among the others.</summary>
internal sealed record Membership : IGenericNode
{
    public Node Make<T>(IReadOnlyList<Node> parts) =>
        new InNode<T>((Node<T>)parts[0], [.. parts.Skip(1).Cast<Node<T>>()]);
}

/// <summary>Operand, lower and upper bound.</summary>
internal sealed record Bounds : IGenericNode
{
    public Node Make<T>(IReadOnlyList<Node> parts) =>
        new BetweenNode<T>((Node<T>)parts[0], (Node<T>)parts[1], (Node<T>)parts[2]);
}

/// <summary>One part for each condition, and the last for none.</summary>
internal sealed record Choice(IReadOnlyList<Node<bool>> Conditions) : IGenericNode
{
    public Node Make<T>(IReadOnlyList<Node> parts) =>
        new CaseNode<T>([.. Conditions.Select((c, i) => (c, (Node<T>)parts[i]))], (Node<T>)parts[^1]);
}
