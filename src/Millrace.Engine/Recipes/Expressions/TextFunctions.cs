using System.Text;

namespace Millrace.Engine.Recipes.Expressions;

/// <summary>Texts are sequences of Unicode code points: lengths and positions count those, comparison is by them.</summary>
internal static class TextFunctions
{
    /// <summary>What trim removes at both ends: ASCII white space and Unicode's space separators.</summary>
    private const string Spaces =
        "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

    private static readonly char[] SpaceChars = Spaces.ToCharArray();

    public static IEnumerable<Function> All =>
        [
            Function.Of<string, string>("lower", s => $"lower({s})", CaseMapping.Lower),
            Function.Of<string, string>("upper", s => $"upper({s})", CaseMapping.Upper),
            Function.Of<string, string>("trim", s => $"trim({s}, {TypedLiteral.Of(Spaces)})", s => s.Trim(SpaceChars)),
            Function.Of<string, long>("length", s => $"length({s})", Length),
            Function.Of<string, string, bool>(
                "contains",
                (s, part) => $"contains({s}, {part})",
                (s, part) => s.Contains(part, StringComparison.Ordinal)
            ),
            Function.Of<string, string, bool>(
                "starts_with",
                (s, part) => $"starts_with({s}, {part})",
                (s, part) => s.StartsWith(part, StringComparison.Ordinal)
            ),
            Function.Of<string, string, bool>(
                "ends_with",
                (s, part) => $"ends_with({s}, {part})",
                (s, part) => s.EndsWith(part, StringComparison.Ordinal)
            ),
            Function.Of<string, string, string, string>(
                "replace",
                (s, old, with) => $"replace({s}, {old}, {with})",
                (s, old, with) => old.Length == 0 ? s : s.Replace(old, with, StringComparison.Ordinal)
            ),
            Function.Of<string, long, long, string>(
                "substring",
                (s, start, length) => $"substring({s}, {Clamped(start, 1)}, {Clamped(length, 0)})",
                Substring
            ),
            Function.Of<string, long, string>(
                "substring",
                (s, start) => $"substring({s}, {Clamped(start, 1)})",
                (s, start) => Substring(s, start, int.MaxValue)
            ),
        ];

    /// <summary>DuckDB counts from the end below 1, and refuses what is far out.</summary>
    private static string Clamped(string x, int least) =>
        FormattableString.Invariant(
            $"CASE WHEN {x} < {least} THEN {least} WHEN {x} > {int.MaxValue} THEN {int.MaxValue} ELSE {x} END"
        );

    private static long Length(string s)
    {
        var length = 0;
        foreach (var c in s)
        {
            length += char.IsLowSurrogate(c) ? 0 : 1;
        }

        return length;
    }

    private static string Substring(string s, long start, long length)
    {
        var from = Skip(s, 0, Math.Clamp(start, 1, int.MaxValue) - 1);
        return s[from..Skip(s, from, Math.Clamp(length, 0, int.MaxValue))];
    }

    private static int Skip(string s, int index, long codePoints)
    {
        for (; codePoints > 0 && index < s.Length; codePoints--)
        {
            index += char.IsHighSurrogate(s[index]) && index + 1 < s.Length ? 2 : 1;
        }

        return index;
    }
}

/// <summary>
/// Unicode's simple case mapping, code point by code point, as DuckDB 1.5 has it. .NET's is of a newer Unicode; where
/// the two differ, this table says what DuckDB does. A test compares all 1,112,063 code points.
/// </summary>
internal static class CaseMapping
{
    public static string Lower(string s) => Ascii.IsValid(s) ? s.ToLowerInvariant() : Map(s, Lower);

    public static string Upper(string s) => Ascii.IsValid(s) ? s.ToUpperInvariant() : Map(s, Upper);

    private static Rune Lower(Rune rune) =>
        rune.Value switch
        {
            0x0130 => new Rune('i'),
            0x1C89 or 0xA7CB or 0xA7CC or 0xA7DA or 0xA7DC => rune,
            >= 0x10D50 and <= 0x10D65 => rune,
            _ => Rune.ToLowerInvariant(rune),
        };

    private static Rune Upper(Rune rune) =>
        rune.Value switch
        {
            0x00DF => new Rune(0x1E9E),
            0x0131 => new Rune('I'),
            0x017F => new Rune('S'),
            0x019B or 0x0264 or 0x1C8A or 0xA7CD or 0xA7DB => rune,
            >= 0x10D70 and <= 0x10D85 => rune,
            _ => Rune.ToUpperInvariant(rune),
        };

    private static string Map(string s, Func<Rune, Rune> map)
    {
        var result = new StringBuilder(s.Length);
        Span<char> pair = stackalloc char[2];
        foreach (var rune in s.EnumerateRunes())
        {
            result.Append(pair[..map(rune).EncodeToUtf16(pair)]);
        }

        return result.ToString();
    }
}
