using Millrace.Engine.Tables;

namespace Millrace.Engine.Recipes.Expressions;

/// <summary>One overload of a function or operator: its types, and its meaning in both targets.</summary>
internal sealed class Function
{
    private Function(
        string name,
        IReadOnlyList<ValueKind> parameters,
        ValueKind result,
        Func<IReadOnlyList<Node>, Node> build
    )
    {
        Name = name;
        Parameters = parameters;
        Result = result;
        Build = build;
    }

    public string Name { get; }

    public IReadOnlyList<ValueKind> Parameters { get; }

    public ValueKind Result { get; }

    /// <summary>Makes the node; the arguments have exactly the types of <see cref="Parameters"/>.</summary>
    public Func<IReadOnlyList<Node>, Node> Build { get; }

    /// <param name="name">As written in an expression.</param>
    /// <param name="sql">The SQL, given the SQL of the arguments; each argument should stand in it once.</param>
    /// <param name="function">The same for one row.</param>
    public static Function Of<TA, TR>(string name, Func<string, string> sql, Func<TA, TR> function) =>
        Partial(
            name,
            sql,
            (TA a, out TR result) =>
            {
                result = function(a);
                return true;
            }
        );

    public static Function Of<TA, TB, TR>(string name, Func<string, string, string> sql, Func<TA, TB, TR> function) =>
        Partial(
            name,
            sql,
            (TA a, TB b, out TR result) =>
            {
                result = function(a, b);
                return true;
            }
        );

    public static Function Of<TA, TB, TC, TR>(
        string name,
        Func<string, string, string, string> sql,
        Func<TA, TB, TC, TR> function
    ) =>
        new(
            name,
            [Kinds.Of<TA>(), Kinds.Of<TB>(), Kinds.Of<TC>()],
            Kinds.Of<TR>(),
            args => new MapNode<TA, TB, TC, TR>(
                (Node<TA>)args[0],
                (Node<TB>)args[1],
                (Node<TC>)args[2],
                sql,
                (TA a, TB b, TC c, out TR result) =>
                {
                    result = function(a, b, c);
                    return true;
                }
            )
        );

    /// <summary>A function that has no result, null, for some arguments.</summary>
    public static Function Partial<TA, TR>(string name, Func<string, string> sql, Partial<TA, TR> function) =>
        new(name, [Kinds.Of<TA>()], Kinds.Of<TR>(), args => new MapNode<TA, TR>((Node<TA>)args[0], sql, function));

    public static Function Partial<TA, TB, TR>(
        string name,
        Func<string, string, string> sql,
        Partial<TA, TB, TR> function
    ) =>
        new(
            name,
            [Kinds.Of<TA>(), Kinds.Of<TB>()],
            Kinds.Of<TR>(),
            args => new MapNode<TA, TB, TR>((Node<TA>)args[0], (Node<TB>)args[1], sql, function)
        );

    public static Function Logic(string name, Func<Node<bool>, Node<bool>, Node> build) =>
        new(
            name,
            [ValueKind.Bool, ValueKind.Bool],
            ValueKind.Bool,
            args => build((Node<bool>)args[0], (Node<bool>)args[1])
        );
}
