using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Recipes.Expressions;

/// <summary>Gives an expression its types: finds columns and overloads, widens int64 to double, types the nulls.</summary>
internal sealed class Binder(string text, Position at, IScope scope)
{
    /// <summary>Functions that take any number of arguments of one type, or a constant that shapes the result.</summary>
    public static readonly string[] Variadic = ["if", "coalesce", "least", "greatest", "concat"];

    /// <summary>Reads and types an expression.</summary>
    /// <exception cref="DeclarationException">It is not one, names a column that does not exist, or mixes types.</exception>
    public static Node Bind(string text, Position at, IScope scope)
    {
        var node = new Binder(text, at, scope).Bind(Parser.Parse(text, at));
        return node.Kind == ValueKind.Null
            ? throw new DeclarationException("the expression is always null, of no type.", at)
            : node;
    }

    private Node Bind(Syntax syntax) =>
        syntax switch
        {
            IntegerSyntax integer => new LiteralNode<long>(integer.Value),
            NumberSyntax number => new LiteralNode<double>(number.Value),
            TextSyntax value => new LiteralNode<string>(value.Value),
            BoolSyntax value => new LiteralNode<bool>(value.Value),
            NullSyntax => new NullNode(),
            NameSyntax name => scope.Column(name.Name, Place(name)),
            IsNullSyntax isNull => IsNull(isNull),
            InSyntax list => In(list),
            BetweenSyntax between => Between(between),
            CaseSyntax choice => Case(choice.Branches, choice.Else, choice),
            CallSyntax call => Call(call),
            _ => throw new NotSupportedException(syntax.GetType().Name),
        };

    private Node Call(CallSyntax call)
    {
        var name = call.Name.ToLowerInvariant();
        return name switch
        {
            "if" => If(call),
            "coalesce" => Unified(call, 1, new Coalesce()),
            "least" => Unified(call, 2, new Extreme(name, -1)),
            "greatest" => Unified(call, 2, new Extreme(name, 1)),
            "concat" => Concat(call),
            "timestamp" when call.Arguments.Count == 2 => TimestampOf(call),
            _ => Overload(call, name),
        };
    }

    private Node Overload(CallSyntax call, string name)
    {
        var overloads = Functions.Overloads(name);
        if (overloads.Count == 0)
        {
            throw Problem(call, $"there is no function '{call.Name}'.{DidYouMean.Hint(name, Functions.Names)}");
        }

        var arguments = call.Arguments.Select(Bind).ToList();
        var fitting = overloads.Where(o => o.Parameters.Count == arguments.Count).ToList();
        if (fitting.Count == 0)
        {
            var counts = string.Join(" or ", overloads.Select(o => o.Parameters.Count).Distinct().Order());
            throw Problem(call, $"{call.Name} takes {counts} argument(s), not {arguments.Count}.");
        }

        var chosen =
            fitting.Find(o => Fits(o, arguments, widen: false))
            ?? fitting.Find(o => Fits(o, arguments, widen: true))
            ?? throw Mismatch(call, fitting, arguments);
        return chosen.Build([.. arguments.Select((a, i) => Coerce(a, chosen.Parameters[i], call.Arguments[i]))]);
    }

    private static bool Fits(Function function, List<Node> arguments, bool widen)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var (from, to) = (arguments[i].Kind, function.Parameters[i]);
            var fits =
                from == to
                || from == ValueKind.Null
                || (widen && from == ValueKind.Int64 && to == ValueKind.Double)
                || (widen && arguments[i] is LiteralNode<string> && to == ValueKind.Timestamp);
            if (!fits)
            {
                return false;
            }
        }

        return true;
    }

    private Node If(CallSyntax call) =>
        call.Arguments.Count == 3
            ? Case([(call.Arguments[0], call.Arguments[1])], call.Arguments[2], call)
            : throw Problem(call, $"if takes 3 arguments, if(condition, then, else), not {call.Arguments.Count}.");

    private Node Case(IReadOnlyList<(Syntax When, Syntax Then)> branches, Syntax? otherwise, Syntax whole)
    {
        var results = branches.Select(b => b.Then).ToList();
        if (otherwise is not null)
        {
            results.Add(otherwise);
        }

        var conditions = branches.Select(b => (Node<bool>)Coerce(Bind(b.When), ValueKind.Bool, b.When)).ToList();
        var (kind, values) = Unify(results, whole);
        return Nodes.Generic(kind, new Choice(conditions), otherwise is null ? [.. values, Nodes.Null(kind)] : values);
    }

    private Node IsNull(IsNullSyntax syntax)
    {
        var operand = Bind(syntax.Operand);
        return operand.Kind == ValueKind.Null
            ? new LiteralNode<bool>(!syntax.Negated)
            : new IsNullNode(operand, syntax.Negated);
    }

    private Node In(InSyntax syntax)
    {
        if (syntax.Items.Count == 0)
        {
            throw Problem(syntax, "the list after 'in' is empty.");
        }

        var (kind, nodes) = Unify([syntax.Operand, .. syntax.Items], syntax);
        return Negated(syntax.Negated, Nodes.Generic(kind, new Membership(), nodes));
    }

    private Node Between(BetweenSyntax syntax)
    {
        var (kind, nodes) = Unify([syntax.Operand, syntax.From, syntax.To], syntax);
        return Negated(syntax.Negated, Nodes.Generic(kind, new Bounds(), nodes));
    }

    private static Node Negated(bool negated, Node node) => negated ? Nodes.Call("not", node) : node;

    private Node Unified(CallSyntax call, int least, IGenericNode build)
    {
        if (call.Arguments.Count < least)
        {
            throw Problem(call, $"{call.Name} takes {least} or more arguments, not {call.Arguments.Count}.");
        }

        var (kind, nodes) = Unify(call.Arguments, call);
        return Nodes.Generic(kind, build, nodes);
    }

    private ConcatNode Concat(CallSyntax call) =>
        call.Arguments.Count >= 2
            ? new ConcatNode([.. call.Arguments.Select(a => (Node<string>)Coerce(Bind(a), ValueKind.String, a))])
            : throw Problem(call, $"concat takes 2 or more arguments, not {call.Arguments.Count}.");

    private Node TimestampOf(CallSyntax call)
    {
        var value = Bind(call.Arguments[0]);
        return call.Arguments[1] is TextSyntax format
            ? TimestampConversion.Make(value, format.Value, Place(call.Arguments[1]))
            : throw Problem(call.Arguments[1], "the format of timestamp(x, format) is a constant text.");
    }

    /// <summary>The one type that all have or widen to.</summary>
    private (ValueKind Kind, IReadOnlyList<Node> Nodes) Unify(IReadOnlyList<Syntax> parts, Syntax whole)
    {
        var nodes = parts.Select(Bind).ToList();
        var kinds = nodes.Select(n => n.Kind).Where(k => k != ValueKind.Null).Distinct().ToList();
        var kind =
            kinds.Count == 0 ? throw Problem(whole, "nothing here says of which type null is.")
            : kinds.Count == 1 ? kinds[0]
            : kinds.TrueForAll(k => k is ValueKind.Int64 or ValueKind.Double) ? ValueKind.Double
            : kinds.Contains(ValueKind.Timestamp) ? ValueKind.Timestamp
            : kinds[0];
        return (kind, [.. nodes.Select((n, i) => Coerce(n, kind, parts[i]))]);
    }

    private Node Coerce(Node node, ValueKind to, Syntax syntax) =>
        (node, to) switch
        {
            (NullNode, _) => Nodes.Null(to),
            (LiteralNode<long> literal, ValueKind.Double) => new LiteralNode<double>(literal.Value.AsInt64),
            (LiteralNode<string> literal, ValueKind.Timestamp) => Moment(literal.Value.AsString, syntax),
            _ when node.Kind == to => node,
            _ when node.Kind == ValueKind.Int64 && to == ValueKind.Double => Nodes.Call("double", node),
            _ => throw Problem(
                syntax,
                $"this is {Kinds.Name(node.Kind)} where {Kinds.Name(to)} is needed.{Remedy(node.Kind, to)}"
            ),
        };

    private LiteralNode<Moment> Moment(string literal, Syntax syntax) =>
        TimestampFormat.Iso.TryParse(literal, out var moment)
            ? new LiteralNode<Moment>(moment)
            : throw Problem(
                syntax,
                $"'{literal}' is not a timestamp; write one as '2024-03-09' or '2024-03-09T10:30:00'."
            );

    private DeclarationException Mismatch(CallSyntax call, List<Function> overloads, List<Node> arguments)
    {
        var wanted = string.Join(" or ", overloads.Select(o => Types(o.Parameters)).Distinct(StringComparer.Ordinal));
        var given = Types([.. arguments.Select(a => a.Kind)]);
        var remedy =
            call.Name is "+" && arguments.Exists(a => a.Kind == ValueKind.String) ? " Join texts with concat(a, b)."
            : call.Name is "timestamp" ? " Say how a number means a moment: timestamp(x, 'epoch_s')."
            : arguments.Exists(a => a.Kind == ValueKind.String)
                ? " Convert a text with int64(x), double(x), timestamp(x) or bool(x)."
            : "";
        return Problem(call, $"'{call.Name}' takes {wanted}, not {given}.{remedy}");
    }

    private static string Types(IReadOnlyList<ValueKind> kinds) => $"({string.Join(", ", kinds.Select(Kinds.Name))})";

    private static string Remedy(ValueKind from, ValueKind to) =>
        to == ValueKind.Bool && from is ValueKind.Int64 ? " Compare it, for instance x <> 0."
        : to == ValueKind.Bool ? " Compare it with something."
        : Functions.Overloads(Kinds.Name(to)).Any(o => o.Parameters[0] == from)
            ? $" Convert it with {Kinds.Name(to)}(x)."
        : "";

    private Position Place(Syntax syntax) => at.Within(text, syntax.Offset);

    private DeclarationException Problem(Syntax syntax, string problem) => new(problem, Place(syntax));
}
