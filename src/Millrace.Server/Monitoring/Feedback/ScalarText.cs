using System.Globalization;
using System.Text.Json;

namespace Millrace.Monitoring.Feedback;

/// <summary>A key, item or label as text, so that 7 and "7" and 7.0 are the same one.</summary>
internal static class ScalarText
{
    /// <summary>Null for null, objects and lists.</summary>
    public static string? Of(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => Kept(value.GetString()!),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            JsonValueKind.Number => value.TryGetInt64(out var whole)
                ? whole.ToString(CultureInfo.InvariantCulture)
                : Of(value.GetDouble()),
            _ => null,
        };

    /// <summary>The value that the reader stands on.</summary>
    public static string? Of(ref Utf8JsonReader reader) =>
        reader.TokenType switch
        {
            JsonTokenType.String => Kept(reader.GetString()!),
            JsonTokenType.True => "true",
            JsonTokenType.False => "false",
            JsonTokenType.Number => reader.TryGetInt64(out var whole)
                ? whole.ToString(CultureInfo.InvariantCulture)
                : Of(reader.GetDouble()),
            _ => null,
        };

    /// <summary>PostgreSQL has no text with a zero character: what is joined must be able to be kept.</summary>
    private static string Kept(string text) => text.Replace('\0', '\uFFFD');

    public static string Of(double number) =>
        number == Math.Floor(number) && Math.Abs(number) < 1e15
            ? ((long)number).ToString(CultureInfo.InvariantCulture)
            : number.ToString("R", CultureInfo.InvariantCulture);
}
