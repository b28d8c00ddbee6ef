using System.Runtime.InteropServices;

namespace Millrace.Engine.Tables;

/// <summary>What a <see cref="Value"/> holds. Int32 columns hold <see cref="Int64"/>, dates hold <see cref="Timestamp"/> at midnight.</summary>
public enum ValueKind : byte
{
    Null,
    Bool,
    Int64,
    Double,
    String,
    Timestamp,
}

/// <summary>One cell of one row at serving time: a struct, so that a prediction allocates nothing for its inputs.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct Value : IEquatable<Value>
{
    private readonly long bits;
    private readonly string? text;

    private Value(ValueKind kind, long bits, string? text)
    {
        Kind = kind;
        this.bits = bits;
        this.text = text;
    }

    public static Value Null => default;

    public ValueKind Kind { get; }

    public bool IsNull => Kind == ValueKind.Null;

    public bool AsBool => bits != 0;

    /// <summary>The integer; for a timestamp, microseconds since 1970-01-01 UTC.</summary>
    public long AsInt64 => bits;

    public double AsDouble => BitConverter.Int64BitsToDouble(bits);

    public string AsString => text ?? "";

    public static Value Of(bool value) => new(ValueKind.Bool, value ? 1 : 0, null);

    public static Value Of(long value) => new(ValueKind.Int64, value, null);

    public static Value Of(double value) => new(ValueKind.Double, BitConverter.DoubleToInt64Bits(value), null);

    public static Value Of(string value) => new(ValueKind.String, 0, value);

    public static Value Timestamp(long microseconds) => new(ValueKind.Timestamp, microseconds, null);

    public static bool operator ==(Value left, Value right) => left.Equals(right);

    public static bool operator !=(Value left, Value right) => !left.Equals(right);

    /// <summary>Equal kind and equal bits: NaN equals NaN, 0.0 differs from -0.0.</summary>
    public bool Equals(Value other) =>
        Kind == other.Kind && bits == other.bits && string.Equals(text, other.text, StringComparison.Ordinal);

    public override bool Equals(object? obj) => obj is Value other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Kind, bits, text);

    public override string ToString() =>
        Kind switch
        {
            ValueKind.Null => "null",
            ValueKind.Bool => AsBool ? "true" : "false",
            ValueKind.Int64 => FormattableString.Invariant($"{bits}"),
            ValueKind.Double => FormattableString.Invariant($"{AsDouble:R}"),
            ValueKind.Timestamp => DateTime.UnixEpoch.AddTicks(bits * 10).ToString("O"),
            _ => AsString,
        };
}
