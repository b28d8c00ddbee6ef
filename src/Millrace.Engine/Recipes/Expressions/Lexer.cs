using System.Globalization;
using Millrace.Engine.Declarations;

namespace Millrace.Engine.Recipes.Expressions;

internal enum TokenKind
{
    End,
    Integer,
    Number,
    Text,

    /// <summary>A bare word: a column, a function or a keyword.</summary>
    Word,

    /// <summary>A name in backticks or double quotes: always a column.</summary>
    QuotedName,
    Symbol,
}

internal readonly record struct Token(TokenKind Kind, int Offset, string Text)
{
    public bool Is(string symbol) => Kind == TokenKind.Symbol && string.Equals(Text, symbol, StringComparison.Ordinal);

    public bool IsWord(string word) =>
        Kind == TokenKind.Word && string.Equals(Text, word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Cuts the text of an expression into tokens.</summary>
internal sealed class Lexer(string text, Position at)
{
    private static readonly string[] Symbols =
    [
        "<=",
        ">=",
        "<>",
        "!=",
        "==",
        "=",
        "<",
        ">",
        "+",
        "-",
        "*",
        "/",
        "%",
        "(",
        ")",
        ",",
    ];

    private int offset;

    public Token Next()
    {
        while (offset < text.Length && char.IsWhiteSpace(text[offset]))
        {
            offset++;
        }

        if (offset == text.Length)
        {
            return new Token(TokenKind.End, text.AsSpan().TrimEnd().Length, "the end");
        }

        var c = text[offset];
        return c switch
        {
            '\'' => new Token(TokenKind.Text, offset, Quoted('\'', "text")),
            '`' or '"' => new Token(TokenKind.QuotedName, offset, Quoted(c, "column name")),
            _ when char.IsAsciiDigit(c) || (c == '.' && IsDigitAt(offset + 1)) => Number(),
            _ when char.IsLetter(c) || c == '_' => Word(),
            _ => Symbol(),
        };
    }

    private Token Word()
    {
        var start = offset;
        while (offset < text.Length && (char.IsLetterOrDigit(text[offset]) || text[offset] == '_'))
        {
            offset++;
        }

        var word = text[start..offset];
        if (offset < text.Length && text[offset] == '.')
        {
            var end = offset;
            while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '_' or '.'))
            {
                end++;
            }

            throw Problem(start, $"a column name with a dot needs quotes: write `{text[start..end]}` in backticks.");
        }

        return new Token(TokenKind.Word, start, word);
    }

    private Token Number()
    {
        var start = offset;
        var kind = TokenKind.Integer;
        SkipDigits();
        if (offset < text.Length && text[offset] == '.')
        {
            kind = TokenKind.Number;
            offset++;
            SkipDigits();
        }

        if (offset < text.Length && text[offset] is 'e' or 'E')
        {
            var sign = offset + 1 < text.Length && text[offset + 1] is '+' or '-' ? 1 : 0;
            if (IsDigitAt(offset + 1 + sign))
            {
                kind = TokenKind.Number;
                offset += 1 + sign;
                SkipDigits();
            }
        }

        if (offset < text.Length && (char.IsLetterOrDigit(text[offset]) || text[offset] is '_' or '.'))
        {
            throw Problem(start, $"'{text[start..(offset + 1)]}' is not a number.");
        }

        return new Token(kind, start, text[start..offset]);
    }

    private Token Symbol()
    {
        foreach (var symbol in Symbols)
        {
            if (string.CompareOrdinal(text, offset, symbol, 0, symbol.Length) == 0)
            {
                offset += symbol.Length;
                return new Token(TokenKind.Symbol, offset - symbol.Length, symbol);
            }
        }

        var remedy = text[offset] switch
        {
            '&' => " Write 'and'.",
            '|' => " Write 'or', or concat(a, b) to join texts.",
            '!' => " Write 'not'.",
            '^' => " Write pow(x, y).",
            '?' => " Write if(condition, a, b).",
            '[' or '{' => " Lists stand in parentheses: x in (1, 2).",
            _ => "",
        };
        throw Problem(offset, $"unexpected character '{Rune()}'.{remedy}");
    }

    private string Quoted(char quote, string what)
    {
        var start = offset++;
        var value = new System.Text.StringBuilder();
        while (offset < text.Length)
        {
            var c = text[offset++];
            if (c != quote)
            {
                value.Append(c);
            }
            else if (offset < text.Length && text[offset] == quote)
            {
                value.Append(quote);
                offset++;
            }
            else
            {
                return value.ToString();
            }
        }

        throw Problem(start, $"the {what} that starts here has no closing {quote}.");
    }

    private string Rune() =>
        char.IsHighSurrogate(text[offset]) && offset + 1 < text.Length
            ? text.Substring(offset, 2)
            : text[offset].ToString(CultureInfo.InvariantCulture);

    private bool IsDigitAt(int index) => index < text.Length && char.IsAsciiDigit(text[index]);

    private void SkipDigits()
    {
        while (IsDigitAt(offset))
        {
            offset++;
        }
    }

    private DeclarationException Problem(int where, string problem) => new(problem, at.Within(text, where));
}
