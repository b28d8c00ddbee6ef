namespace Millrace.Core;

/// <summary>Ids that sort by time of creation: UUID version 7 (RFC 9562) without hyphens.</summary>
public static class Id
{
    public static string New(TimeProvider time) => Guid.CreateVersion7(time.GetUtcNow()).ToString("n");

    public static bool IsValid(string? s) => s is { Length: 32 } && s.All(char.IsAsciiHexDigitLower);
}
