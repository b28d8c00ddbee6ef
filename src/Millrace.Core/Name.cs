namespace Millrace.Core;

/// <summary>The one rule for names: they appear in paths, URLs and commands, and must be safe in each.</summary>
public static class Name
{
    public const int MaxLength = 120;

    public static bool IsValid(string? s) =>
        s is { Length: > 0 and <= MaxLength }
        && (char.IsAsciiLetterLower(s[0]) || char.IsAsciiDigit(s[0]))
        && s.All(IsAllowed);

    /// <summary>A remedy rather than a rule: says what a name may look like.</summary>
    public static RefusalException Refused(string? s, string noun) =>
        Refusal.Invalid(
            $"'{s}' is no {noun} name: use 1 to {MaxLength} lower-case letters, digits, '-', '_' or '.', starting with a letter or digit."
        );

    private static bool IsAllowed(char c) =>
        char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.';
}
