using System.Text.Json;
using Millrace.Engine.Tables;

namespace Millrace.Serving.Inference;

/// <summary>One JSON value as a column's type wants it. Strict: nothing is guessed, so that a slip is seen at once.</summary>
internal static class ReadValue
{
    /// <summary>The longest text that an input may be.</summary>
    public const int MaxText = 1 << 16;

    public static bool TryRead(ref Utf8JsonReader json, ColumnType type, out Value value)
    {
        value = default;
        switch (json.TokenType)
        {
            case JsonTokenType.Null:
                return true;
            case JsonTokenType.True or JsonTokenType.False when type == ColumnType.Bool:
                value = Value.Of(json.TokenType == JsonTokenType.True);
                return true;
            case JsonTokenType.Number:
                return TryReadNumber(ref json, type, out value);
            case JsonTokenType.String:
                return TryReadText(ref json, type, out value);
            default:
                return false;
        }
    }

    private static bool TryReadNumber(ref Utf8JsonReader json, ColumnType type, out Value value)
    {
        value = default;
        if (type == ColumnType.Double)
        {
            var ok = json.TryGetDouble(out var x) && double.IsFinite(x);
            value = ok ? Value.Of(x) : default;
            return ok;
        }

        if (type is not (ColumnType.Int32 or ColumnType.Int64) || !TryReadWhole(ref json, out var whole))
        {
            return false;
        }

        value = Value.Of(whole);
        return type == ColumnType.Int64 || whole is >= int.MinValue and <= int.MaxValue;
    }

    /// <summary>12, and 12.0 and 1.2e1 too, which are the same number.</summary>
    private static bool TryReadWhole(ref Utf8JsonReader json, out long whole)
    {
        if (json.TryGetInt64(out whole))
        {
            return true;
        }

        if (
            !json.TryGetDecimal(out var number)
            || number != decimal.Truncate(number)
            || number is < long.MinValue or > long.MaxValue
        )
        {
            return false;
        }

        whole = (long)number;
        return true;
    }

    private static bool TryReadText(ref Utf8JsonReader json, ColumnType type, out Value value)
    {
        value = default;
        switch (type)
        {
            case ColumnType.String
                when (json.HasValueSequence ? json.ValueSequence.Length : json.ValueSpan.Length) <= MaxText:
                value = Value.Of(json.GetString()!);
                return true;
            case ColumnType.Timestamp or ColumnType.Date when json.TryGetDateTime(out var at):
                // A time without a zone is UTC; with one, the reader gave it in the machine's own.
                var utc =
                    at.Kind == DateTimeKind.Unspecified
                        ? DateTime.SpecifyKind(at, DateTimeKind.Utc)
                        : at.ToUniversalTime();
                if (type == ColumnType.Date && (at.Kind != DateTimeKind.Unspecified || at.TimeOfDay != TimeSpan.Zero))
                {
                    return false;
                }

                value = Value.Timestamp((utc.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);
                return true;
            default:
                return false;
        }
    }
}
