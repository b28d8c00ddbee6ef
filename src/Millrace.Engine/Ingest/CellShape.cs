using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using System.Text.RegularExpressions;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Ingest;

/// <summary>
/// Whether a cell is written in the plain way of its type: the only texts for which DuckDB's own reader is trusted. It
/// takes 1.5 for the integer 1, 007 for 7 and 1_000 for 1000, and drops the offset of a timestamp; none of those are plain,
/// and a file that holds one is read by the careful way (see <see cref="IngestFiles"/>).
/// </summary>
internal static partial class CellShape
{
    /// <summary>Whether the text is plain for the type. The span must be followed by 32 readable bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsPlain(ReadOnlySpan<byte> text, ColumnType type) =>
        type switch
        {
            ColumnType.Int32 or ColumnType.Int64 => IsInteger(text),
            ColumnType.Double => IsDouble(text),
            ColumnType.Bool => IsBool(text),
            ColumnType.Date => IsDate(text),
            ColumnType.Timestamp => IsTimestamp(text),
            _ => true,
        };

    /// <summary>The narrowest type that a text without blanks around it may be taken for; the same answers as <see cref="TypeSql.Looks"/>.</summary>
    public static ColumnType Narrowest(string text) =>
        text.Length > 64 ? ColumnType.String
        : Integer().IsMatch(text) ? ColumnType.Int64
        : LongInteger().IsMatch(text) ? ColumnType.String
        : Number().IsMatch(text) && double.IsFinite(double.Parse(text, CultureInfo.InvariantCulture))
            ? ColumnType.Double
        : IsBool(Encoding.UTF8.GetBytes(text)) ? ColumnType.Bool
        : Day().IsMatch(text) ? ColumnType.Date
        : Moment().IsMatch(text) ? ColumnType.Timestamp
        : ColumnType.String;

    /// <summary>The narrowest type that holds both.</summary>
    public static ColumnType Join(ColumnType a, ColumnType b) =>
        a == b ? a
        : IsNumber(a) && IsNumber(b) ? ColumnType.Double
        : a is ColumnType.Date or ColumnType.Timestamp && b is ColumnType.Date or ColumnType.Timestamp
            ? ColumnType.Timestamp
        : ColumnType.String;

    [GeneratedRegex("^-?(0|[1-9][0-9]{0,17})\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Integer();

    [GeneratedRegex("^-?[0-9]{19,}\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LongInteger();

    [GeneratedRegex(
        @"^-?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Number();

    [GeneratedRegex(
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}\\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Day();

    [GeneratedRegex(
        @"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Moment();

    private static bool IsNumber(ColumnType type) => type is ColumnType.Int32 or ColumnType.Int64 or ColumnType.Double;

    private static bool IsInteger(ReadOnlySpan<byte> text)
    {
        if (text.Length > 0 && text[0] == '-')
        {
            text = text[1..];
        }

        if (text.Length is 0 or > 19 || (text.Length > 1 && text[0] == '0'))
        {
            return false;
        }

        ref var p = ref MemoryMarshal.GetReference(text);
        var digits = Digits(Vector256.LoadUnsafe(ref p));
        return (digits | (uint.MaxValue << text.Length)) == uint.MaxValue;
    }

    private static bool IsDouble(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > 31)
        {
            return false;
        }

        var v = Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(text));
        var within = ~(uint.MaxValue << text.Length);
        var digits = Digits(v) & within;
        var rest = within & ~digits;
        if (text[0] == '-')
        {
            rest &= ~1u;
            text = text[1..];
        }

        if (digits == 0 || (text.Length > 1 && text[0] == '0' && text[1] is >= (byte)'0' and <= (byte)'9'))
        {
            return false;
        }

        // Beside digits at most one point, and an exponent only downwards: upwards it could run over to infinity.
        var points = Vector256.Equals(v, Vector256.Create((byte)'.')).ExtractMostSignificantBits() & within;
        rest &= ~points;
        if ((points & (points - 1)) != 0)
        {
            return false;
        }

        return rest == 0 || IsDownwardExponent(text);
    }

    private static bool IsDownwardExponent(ReadOnlySpan<byte> text)
    {
        var e = text.IndexOfAny((byte)'e', (byte)'E');
        return e > 0
            && text[e - 1] is >= (byte)'0' and <= (byte)'9'
            && text.Length - e is >= 3 and <= 5
            && text[e + 1] == '-'
            && text[(e + 2)..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
            && text[..e].IndexOfAnyExceptInRange((byte)'.', (byte)'9') < 0;
    }

    private static bool IsBool(ReadOnlySpan<byte> text) =>
        text.Length switch
        {
            4 => Ascii.EqualsIgnoreCase(text, "true"u8),
            5 => Ascii.EqualsIgnoreCase(text, "false"u8),
            _ => false,
        };

    private static bool IsDate(ReadOnlySpan<byte> text) =>
        text.Length == 10
        && (Digits(Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(text))) & 0x3FF) == 0x36F
        && text[4] == '-'
        && text[7] == '-'
        && !text.StartsWith("0000"u8);

    private static bool IsTimestamp(ReadOnlySpan<byte> text)
    {
        const uint minutes = 0xDB6F; // dddd-dd-dd dd:dd
        const uint seconds = 0x6DB6F; // … :dd
        if (text.Length is not (>= 16 and <= 27))
        {
            return false;
        }

        var digits = Digits(Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(text)));
        if (
            (digits & 0xFFFF) != minutes
            || text[4] != '-'
            || text[7] != '-'
            || text[10] is not ((byte)' ' or (byte)'T')
            || text[13] != ':'
            || text.StartsWith("0000"u8)
        )
        {
            return false;
        }

        if (text[^1] == 'Z')
        {
            text = text[..^1];
        }

        if (text.Length == 16)
        {
            return true;
        }

        if (text.Length < 19 || text[16] != ':' || (digits & 0x7FFFF) != seconds)
        {
            return false;
        }

        // Microseconds are all that a timestamp keeps.
        return text.Length == 19
            || (
                text.Length is >= 21 and <= 26
                && text[19] == '.'
                && text[20..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
            );
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Digits(Vector256<byte> v) =>
        Vector256
            .LessThanOrEqual(v - Vector256.Create((byte)'0'), Vector256.Create((byte)9))
            .ExtractMostSignificantBits();
}
