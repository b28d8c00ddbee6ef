using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Millrace.Core;

/// <summary>One answer of a model: a UUID of version 7 (RFC 9562), written as 32 hexadecimal digits that sort by time.</summary>
public readonly record struct PredictionId(UInt128 Value) : IParsable<PredictionId>, IComparable<PredictionId>
{
    /// <summary>How many characters its text has.</summary>
    public const int Length = 32;

    public static PredictionId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id)
            ? id
            : throw Refusal.Invalid($"'{s}' is not a prediction's id: 32 hexadecimal digits.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out PredictionId result)
    {
        var ok =
            UInt128.TryParse(s, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            && Id.IsValid(s);
        result = new(value);
        return ok;
    }

    public static bool operator <(PredictionId left, PredictionId right) => left.Value < right.Value;

    public static bool operator <=(PredictionId left, PredictionId right) => left.Value <= right.Value;

    public static bool operator >(PredictionId left, PredictionId right) => left.Value > right.Value;

    public static bool operator >=(PredictionId left, PredictionId right) => left.Value >= right.Value;

    public int CompareTo(PredictionId other) => Value.CompareTo(other.Value);

    /// <summary>Writes the text as <see cref="Length"/> bytes, for an answer that is built without strings.</summary>
    public void Format(Span<byte> utf8)
    {
        Utf8Formatter.TryFormat((ulong)(Value >> 64), utf8, out _, new('x', 16));
        Utf8Formatter.TryFormat((ulong)Value, utf8[16..], out _, new('x', 16));
    }

    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}
