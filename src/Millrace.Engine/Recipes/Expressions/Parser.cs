using System.Globalization;
using Millrace.Engine.Declarations;

namespace Millrace.Engine.Recipes.Expressions;

/// <summary>Reads an expression by precedence climbing (Pratt, "Top down operator precedence", 1973).</summary>
internal sealed class Parser
{
    /// <summary>Both DuckDB and the stack of a thread have a limit; this is far inside either, and far beyond what people write.</summary>
    public const int MaxDepth = 100;

    private const int OrPower = 1;
    private const int AndPower = 2;
    private const int NotPower = 3;
    private const int ComparisonPower = 4;
    private const int SumPower = 5;
    private const int ProductPower = 6;
    private const int SignPower = 7;

    private static readonly HashSet<string> Reserved = new(
        ["and", "or", "not", "in", "is", "null", "true", "false", "case", "when", "then", "else", "end", "between"],
        StringComparer.OrdinalIgnoreCase
    );

    private readonly TokenCursor cursor;
    private readonly HashSet<Syntax> parenthesised = new(ReferenceEqualityComparer.Instance);
    private int nesting;

    private Parser(string text, Position at) => cursor = new TokenCursor(text, at);

    /// <exception cref="DeclarationException">The text is not an expression.</exception>
    public static Syntax Parse(string text, Position at)
    {
        var parser = new Parser(text, at);
        var syntax = parser.Expression(0);
        return parser.cursor.Token.Kind == TokenKind.End
            ? syntax
            : throw parser.cursor.Unexpected("an operator or the end of the expression");
    }

    private Syntax Expression(int power)
    {
        if (++nesting > MaxDepth)
        {
            throw TooDeep();
        }

        var left = Prefix();
        while (Infix(left, power) is { } longer)
        {
            left = longer.Depth <= MaxDepth ? longer : throw TooDeep();
        }

        nesting--;
        return left;
    }

    private Syntax? Infix(Syntax left, int power)
    {
        var start = cursor.Token.Offset;
        if (cursor.Token.Kind == TokenKind.Symbol)
        {
            var binds = cursor.Token.Text switch
            {
                "+" or "-" => SumPower,
                "*" or "/" or "%" => ProductPower,
                "=" or "==" or "!=" or "<>" or "<" or "<=" or ">" or ">=" => ComparisonPower,
                _ => 0,
            };
            if (binds <= power)
            {
                return null;
            }

            var symbol = cursor.Token.Text switch
            {
                "==" => "=",
                "<>" => "!=",
                var other => other,
            };
            cursor.Advance();
            var right = Expression(binds);
            return
                binds == ComparisonPower
                && left is CallSyntax { Name: "=" or "!=" or "<" or "<=" or ">" or ">=" }
                && !parenthesised.Contains(left)
                ? throw cursor.Problem(start, "comparisons cannot be chained: join two with 'and', or use 'between'.")
                : new CallSyntax(start, symbol, [left, right]);
        }

        if (cursor.Token.IsWord("or") && power < OrPower)
        {
            cursor.Advance();
            return new CallSyntax(start, "or", [left, Expression(OrPower)]);
        }

        if (cursor.Token.IsWord("and") && power < AndPower)
        {
            cursor.Advance();
            return new CallSyntax(start, "and", [left, Expression(AndPower)]);
        }

        if (power >= ComparisonPower)
        {
            return null;
        }

        if (cursor.Token.IsWord("is"))
        {
            cursor.Advance();
            var negated = cursor.Accept("not");
            cursor.ExpectWord("null");
            return new IsNullSyntax(start, left, negated);
        }

        var isNegated = cursor.Token.IsWord("not");
        if (isNegated)
        {
            cursor.Advance();
        }

        if (cursor.Accept("in"))
        {
            return new InSyntax(start, left, Arguments("a list such as (1, 2)"), isNegated);
        }

        if (cursor.Accept("between"))
        {
            var from = Expression(ComparisonPower);
            cursor.ExpectWord("and");
            return new BetweenSyntax(start, left, from, Expression(ComparisonPower), isNegated);
        }

        return isNegated ? throw cursor.Unexpected("'in' or 'between' after 'not'") : null;
    }

    private Syntax Prefix()
    {
        var start = cursor.Token;
        switch (start.Kind)
        {
            case TokenKind.Integer:
                cursor.Advance();
                return Integer(start, "");
            case TokenKind.Number:
                cursor.Advance();
                return new NumberSyntax(start.Offset, double.Parse(start.Text, CultureInfo.InvariantCulture));
            case TokenKind.Text:
                cursor.Advance();
                return new TextSyntax(start.Offset, start.Text);
            case TokenKind.QuotedName:
                cursor.Advance();
                return new NameSyntax(start.Offset, start.Text);
            case TokenKind.Word:
                return WordPrefix(start);
            case TokenKind.Symbol when start.Is("("):
                cursor.Advance();
                var inner = Expression(0);
                cursor.ExpectSymbol(")");
                parenthesised.Add(inner);
                return inner;
            case TokenKind.Symbol when start.Is("-"):
                cursor.Advance();
                if (cursor.Token.Kind == TokenKind.Integer)
                {
                    // The smallest integer has no positive twin.
                    var digits = cursor.Token;
                    cursor.Advance();
                    return Integer(digits with { Offset = start.Offset }, "-");
                }

                return new CallSyntax(start.Offset, "-", [Expression(SignPower)]);
            case TokenKind.Symbol when start.Is("+"):
                cursor.Advance();
                return Expression(SignPower);
            default:
                throw cursor.Unexpected("a column, a value or a function");
        }
    }

    private Syntax WordPrefix(Token word)
    {
        cursor.Advance();
        switch (word.Text.ToUpperInvariant())
        {
            case "TRUE":
                return new BoolSyntax(word.Offset, true);
            case "FALSE":
                return new BoolSyntax(word.Offset, false);
            case "NULL":
                return new NullSyntax(word.Offset);
            case "NOT":
                return new CallSyntax(word.Offset, "not", [Expression(NotPower)]);
            case "CASE":
                return Case(word);
            default:
                break;
        }

        if (Reserved.Contains(word.Text))
        {
            throw cursor.Unexpected("a column, a value or a function", word);
        }

        return cursor.Token.Is("(")
            ? new CallSyntax(word.Offset, word.Text, Arguments("arguments"))
            : new NameSyntax(word.Offset, word.Text);
    }

    private CaseSyntax Case(Token start)
    {
        var subject = cursor.Token.IsWord("when") ? null : Expression(0);
        var branches = new List<(Syntax When, Syntax Then)>();
        while (cursor.Token.IsWord("when"))
        {
            var offset = cursor.Token.Offset;
            cursor.Advance();
            var condition = Expression(0);
            cursor.ExpectWord("then");
            var when = subject is null ? condition : new CallSyntax(offset, "=", [subject, condition]);
            branches.Add((when, Expression(0)));
        }

        if (branches.Count == 0)
        {
            throw cursor.Unexpected("'when'");
        }

        var otherwise = cursor.Accept("else") ? Expression(0) : null;
        cursor.ExpectWord("end");
        return new CaseSyntax(start.Offset, branches, otherwise);
    }

    private List<Syntax> Arguments(string what)
    {
        if (!cursor.Token.Is("("))
        {
            throw cursor.Unexpected(what);
        }

        cursor.Advance();
        var arguments = new List<Syntax>();
        while (!cursor.Token.Is(")"))
        {
            if (arguments.Count > 0)
            {
                cursor.ExpectSymbol(",");
            }

            arguments.Add(Expression(0));
        }

        cursor.Advance();
        return arguments;
    }

    private IntegerSyntax Integer(Token digits, string sign) =>
        long.TryParse(sign + digits.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? new IntegerSyntax(digits.Offset, value)
            : throw cursor.Problem(
                digits.Offset,
                $"{sign}{digits.Text} does not fit into int64; with a decimal point it would be a double."
            );

    private DeclarationException TooDeep() =>
        cursor.Problem(
            cursor.Token.Offset,
            $"the expression is nested more than {MaxDepth} deep: spread it over several derive steps."
        );
}
