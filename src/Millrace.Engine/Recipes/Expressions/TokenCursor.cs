using Millrace.Engine.Declarations;

namespace Millrace.Engine.Recipes.Expressions;

/// <summary>The token at hand, and what a parser asks of it.</summary>
internal sealed class TokenCursor
{
    private readonly string text;
    private readonly Position at;
    private readonly Lexer lexer;

    public TokenCursor(string text, Position at)
    {
        this.text = text;
        this.at = at;
        lexer = new Lexer(text, at);
        Token = lexer.Next();
    }

    public Token Token { get; private set; }

    public void Advance() => Token = lexer.Next();

    public bool Accept(string word)
    {
        if (!Token.IsWord(word))
        {
            return false;
        }

        Advance();
        return true;
    }

    public void ExpectWord(string word)
    {
        if (!Accept(word))
        {
            throw Unexpected($"'{word}'");
        }
    }

    public void ExpectSymbol(string symbol)
    {
        if (!Token.Is(symbol))
        {
            throw Unexpected($"'{symbol}'");
        }

        Advance();
    }

    public DeclarationException Unexpected(string expected) => Unexpected(expected, Token);

    public DeclarationException Unexpected(string expected, Token token) =>
        Problem(
            token.Offset,
            token.Kind == TokenKind.End
                ? $"the expression ends where {expected} should follow."
                : $"expected {expected} here, not '{token.Text}'."
        );

    public DeclarationException Problem(int offset, string problem) => new(problem, at.Within(text, offset));
}
