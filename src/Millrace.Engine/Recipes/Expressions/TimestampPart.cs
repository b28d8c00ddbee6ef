namespace Millrace.Engine.Recipes.Expressions;

/// <summary>One field of a pattern, or with kind '=' one literal character.</summary>
internal readonly record struct TimestampPart(char Kind, char Literal, bool IsFull = false)
{
    public const string Year = "000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3}";

    public static readonly string[] Months =
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];

    /// <summary>What the part says, since several say the same.</summary>
    public char Field =>
        Kind switch
        {
            'y' => 'Y',
            'b' or 'B' => 'm',
            'I' => 'H',
            _ => Kind,
        };

    public bool StartsWithDigit =>
        Kind == '=' ? char.IsAsciiDigit(Literal) : "YymdHIMSf".Contains(Kind, StringComparison.Ordinal);

    public string Pattern =>
        Kind switch
        {
            '=' => char.IsAsciiLetterOrDigit(Literal)
                ? $"{Literal}"
                : $"[{(Literal is '\\' or '^' or ']' or '[' ? "\\" : "")}{Literal}]",
            'Y' => $"(?:{Year})",
            'y' => "[0-9]{2}",
            'f' => "[0-9]{1,6}",
            'b' => Names(m => m[..3]),
            'B' => Names(m => m),
            'p' => "[AaPp][Mm]",
            'z' => "[+-][0-9]{2}:?[0-9]{2}",
            _ => IsFull ? "[0-9]{2}" : "[0-9]{1,2}",
        };

    private static string Names(Func<string, string> form) =>
        $"(?:{string.Join('|', Months.Select(m => string.Concat(form(m).Select(c => $"[{char.ToUpperInvariant(c)}{char.ToLowerInvariant(c)}]"))))})";
}
