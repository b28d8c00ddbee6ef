using System.Buffers;
using System.Globalization;
using System.Text;

namespace Millrace.Engine.Recipes.Expressions;

/// <summary>
/// From one type to another; null where the value has none. What a text may look like is written here as a regular
/// expression, since DuckDB's own casts accept more, and more with every version.
/// </summary>
internal static class Conversions
{
    private const string Number =
        "[+-]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?[Ii][Nn][Ff](?:[Ii][Nn][Ii][Tt][Yy])?|[Nn][Aa][Nn]";

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.eE+-");

    private const string Truth = "[Tt][Rr][Uu][Ee]|[Tt]|[Yy][Ee][Ss]|[Yy]|1";
    private const string Falsehood = "[Ff][Aa][Ll][Ss][Ee]|[Ff]|[Nn][Oo]|[Nn]|0";

    public static IEnumerable<Function> All =>
        [
            Function.Of<bool, bool>("bool", a => a, a => a),
            Function.Of<long, bool>("bool", a => $"({a} <> 0)", a => a != 0),
            Function.Partial<string, bool>(
                "bool",
                s => $"CASE lower({Inner(s, $"{Truth}|{Falsehood}")}) {TruthCases} END",
                TryParseBool
            ),
            Function.Of<long, long>("int64", a => a, a => a),
            Function.Of<bool, long>("int64", a => $"CAST({a} AS BIGINT)", a => a ? 1 : 0),
            Function.Partial<double, long>("int64", a => $"TRY_CAST(trunc({a}) AS BIGINT)", TryTruncate),
            Function.Partial<string, long>(
                "int64",
                s => $"TRY_CAST({Inner(s, "[+-]?[0-9]+")} AS BIGINT)",
                TryParseInt64
            ),
            Function.Of<double, double>("double", a => a, a => a),
            Function.Of<long, double>("double", a => $"CAST({a} AS DOUBLE)", a => a),
            Function.Of<bool, double>("double", a => $"CAST({a} AS DOUBLE)", a => a ? 1 : 0),
            Function.Partial<string, double>("double", s => $"TRY_CAST({Inner(s, Number)} AS DOUBLE)", TryParseDouble),
            Function.Of<string, string>("string", a => a, a => a),
            Function.Of<bool, string>("string", a => $"CAST({a} AS VARCHAR)", a => a ? "true" : "false"),
            Function.Of<long, string>(
                "string",
                a => $"CAST({a} AS VARCHAR)",
                a => a.ToString(CultureInfo.InvariantCulture)
            ),
            // A NaN has a sign bit that nothing but this cast shows.
            Function.Of<double, string>("string", a => $"replace(CAST({a} AS VARCHAR), '-nan', 'nan')", Text),
            Function.Of<Moment, string>(
                "string",
                t => $"strftime({t}, '%Y-%m-%dT%H:%M:%S.%fZ')",
                t => t.Utc.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)
            ),
            Function.Of<Moment, Moment>("timestamp", t => t, t => t),
            Function.Partial<string, Moment>("timestamp", TimestampFormat.Iso.ToSql, TimestampFormat.Iso.TryParse),
        ];

    private static string TruthCases =>
        string.Join(
            ' ',
            new[] { (Value: "true", Words: "true t yes y 1"), (Value: "false", Words: "false f no n 0") }.SelectMany(
                side => side.Words.Split(' ').Select(word => $"WHEN '{word}' THEN {side.Value}")
            )
        );

    /// <summary>The part of a text between white space that is of the pattern; empty where the text is not.</summary>
    public static string Inner(string sql, string pattern) =>
        $@"regexp_extract({sql}, '\A[ \t\r\n]*({pattern})[ \t\r\n]*\z', 1)";

    public static ReadOnlySpan<char> Inner(string s) => s.AsSpan().Trim(" \t\r\n");

    /// <summary>As DuckDB writes doubles: the shortest digits that read back the same, at least one after the point.</summary>
    public static string Text(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan"
                : value > 0 ? "inf"
                : "-inf";
        }

        // d.ddddE+xxx: take the digits and the exponent apart, then lay them out.
        Span<char> buffer = stackalloc char[40];
        var text = value.ToString("R", CultureInfo.InvariantCulture).AsSpan();
        var sign = text[0] == '-' ? "-" : "";
        text = text[sign.Length..];
        var e = text.IndexOf('E');
        var exponent =
            e < 0 ? 0 : int.Parse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? text : text[..e];
        var dot = mantissa.IndexOf('.');
        var whole = dot < 0 ? mantissa : mantissa[..dot];
        whole.CopyTo(buffer);
        var count = whole.Length;
        if (dot >= 0)
        {
            mantissa[(dot + 1)..].CopyTo(buffer[count..]);
            count = mantissa.Length - 1;
        }

        var digits = buffer[..count].TrimStart('0');
        var point = whole.Length + exponent - (count - digits.Length);
        digits = digits.TrimEnd('0');
        return digits.IsEmpty ? $"{sign}0.0" : sign + Layout(digits, point);
    }

    private static string Layout(ReadOnlySpan<char> digits, int point) =>
        point is < -3 or > 16
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{digits[..1]}{(digits.Length > 1 ? "." : "")}{digits[1..]}e{(point > 0 ? '+' : '-')}{Math.Abs(point - 1):00}"
            )
        : point <= 0 ? $"0.{new string('0', -point)}{digits}"
        : point >= digits.Length ? $"{digits}{new string('0', point - digits.Length)}.0"
        : $"{digits[..point]}.{digits[point..]}";

    private static bool TryTruncate(double value, out long result)
    {
        var inRange = value is >= -9223372036854775808.0 and < 9223372036854775808.0;
        result = inRange ? (long)value : 0;
        return inRange;
    }

    public static bool TryParseBool(string s, out bool value)
    {
        var inner = Inner(s);
        value = IsOneOf(inner, "true", "t", "yes", "y", "1");
        return value || IsOneOf(inner, "false", "f", "no", "n", "0");
    }

    public static bool TryParseInt64(string s, out long value)
    {
        var inner = Inner(s);
        var digits = inner is ['+' or '-', ..] ? inner[1..] : inner;
        value = 0;
        return !digits.IsEmpty
            && !digits.ContainsAnyExceptInRange('0', '9')
            && long.TryParse(inner, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    public static bool TryParseDouble(string s, out double value)
    {
        var inner = Inner(s);
        if (IsOneOf(inner, "nan"))
        {
            value = double.NaN;
            return true;
        }

        var unsigned = inner is ['+' or '-', ..] ? inner[1..] : inner;
        if (IsOneOf(unsigned, "inf", "infinity"))
        {
            value = inner[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        value = 0;
        // The characters first: the framework's parser would also take a NUL at the end.
        return !unsigned.IsEmpty
            && unsigned[0] is '.' or (>= '0' and <= '9')
            && !unsigned.ContainsAnyExcept(NumberCharacters)
            && double.TryParse(
                inner,
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                CultureInfo.InvariantCulture,
                out value
            );
    }

    private static bool IsOneOf(ReadOnlySpan<char> text, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (Ascii.EqualsIgnoreCase(text, word))
            {
                return true;
            }
        }

        return false;
    }
}
