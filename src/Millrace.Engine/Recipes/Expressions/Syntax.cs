namespace Millrace.Engine.Recipes.Expressions;

/// <summary>An expression as written: no types yet, every part knows where it starts.</summary>
internal abstract record Syntax(int Offset, int Depth);

internal sealed record IntegerSyntax(int Offset, long Value) : Syntax(Offset, 1);

internal sealed record NumberSyntax(int Offset, double Value) : Syntax(Offset, 1);

internal sealed record TextSyntax(int Offset, string Value) : Syntax(Offset, 1);

internal sealed record BoolSyntax(int Offset, bool Value) : Syntax(Offset, 1);

internal sealed record NullSyntax(int Offset) : Syntax(Offset, 1);

internal sealed record NameSyntax(int Offset, string Name) : Syntax(Offset, 1);

/// <summary>A function or an operator; an operator's name is its symbol, a minus with one argument is a sign.</summary>
internal sealed record CallSyntax(int Offset, string Name, IReadOnlyList<Syntax> Arguments)
    : Syntax(Offset, 1 + Deepest(Arguments))
{
    public static int Deepest(IEnumerable<Syntax> parts) => parts.Select(p => p.Depth).DefaultIfEmpty().Max();
}

internal sealed record IsNullSyntax(int Offset, Syntax Operand, bool Negated) : Syntax(Offset, 1 + Operand.Depth);

internal sealed record InSyntax(int Offset, Syntax Operand, IReadOnlyList<Syntax> Items, bool Negated)
    : Syntax(Offset, 1 + CallSyntax.Deepest([Operand, .. Items]));

internal sealed record BetweenSyntax(int Offset, Syntax Operand, Syntax From, Syntax To, bool Negated)
    : Syntax(Offset, 1 + CallSyntax.Deepest([Operand, From, To]));

/// <param name="Else">Null: the value is null where no condition holds.</param>
internal sealed record CaseSyntax(int Offset, IReadOnlyList<(Syntax When, Syntax Then)> Branches, Syntax? Else)
    : Syntax(
        Offset,
        1
            + CallSyntax.Deepest([
                .. Branches.SelectMany(b => new[] { b.When, b.Then }),
                .. Else is null ? [] : new[] { Else },
            ])
    );
