using System.Globalization;

namespace Millrace.Core;

/// <summary>The number of a dataset version or model version: 1, 2, 3 …</summary>
public readonly record struct VersionNumber(int Value) : IParsable<VersionNumber>, IComparable<VersionNumber>
{
    public static VersionNumber Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var number)
            ? number
            : throw Refusal.Invalid($"'{s}' is not a version number: 1, 2, 3 …");

    public static bool TryParse(string? s, IFormatProvider? provider, out VersionNumber result)
    {
        var ok = int.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0;
        result = new(value);
        return ok;
    }

    public static bool operator <(VersionNumber left, VersionNumber right) => left.Value < right.Value;

    public static bool operator <=(VersionNumber left, VersionNumber right) => left.Value <= right.Value;

    public static bool operator >(VersionNumber left, VersionNumber right) => left.Value > right.Value;

    public static bool operator >=(VersionNumber left, VersionNumber right) => left.Value >= right.Value;

    public int CompareTo(VersionNumber other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
