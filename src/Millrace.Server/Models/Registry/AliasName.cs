using System.Globalization;
using Millrace.Core;

namespace Millrace.Models.Registry;

/// <summary>What an alias may be called: whatever cannot be mistaken for a version.</summary>
internal static class AliasName
{
    /// <summary>What serves; moved by deploying.</summary>
    public const string Champion = "champion";

    /// <summary>What is tried beside it; there while a rollout runs.</summary>
    public const string Challenger = "challenger";

    private const string Latest = "latest";

    public static bool IsLatest(string reference) => string.Equals(reference, Latest, StringComparison.Ordinal);

    /// <summary>The number that a reference like 3 or v3 names; null for any other.</summary>
    public static VersionNumber? Number(string reference) =>
        VersionNumber.TryParse(reference.StartsWith('v') ? reference[1..] : reference, null, out var number)
            ? number
            : null;

    /// <exception cref="RefusalException">It is reserved, or not a name.</exception>
    public static void Check(string alias)
    {
        if (!Name.IsValid(alias))
        {
            throw Name.Refused(alias, "alias");
        }

        if (IsLatest(alias) || IsNumber(alias.StartsWith('v') ? alias[1..] : alias))
        {
            throw Refusal.Invalid(
                $"'{alias}' cannot be an alias: '{Latest}' and numbers such as 3 and v3 always name versions themselves."
            );
        }
    }

    private static bool IsNumber(string text) =>
        text.Length > 0 && text.All(c => CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.DecimalDigitNumber);
}
