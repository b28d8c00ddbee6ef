using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Millrace.Core;

namespace Millrace.Storage;

/// <summary>Names and ids as the text they wrap.</summary>
internal sealed class ParsableConverter<T>()
    : ValueConverter<T, string>(value => value.ToString()!, text => Parse(text))
    where T : struct, IParsable<T>
{
    /// <summary>An expression tree cannot call a static abstract member itself.</summary>
    private static T Parse(string text) => T.Parse(text, null);
}

internal sealed class VersionNumberConverter() : ValueConverter<VersionNumber, int>(n => n.Value, v => new(v));

/// <summary>Moments as microseconds since 1970 UTC: sorts and compares alike on SQLite and PostgreSQL.</summary>
internal sealed class MomentConverter()
    : ValueConverter<DateTimeOffset, long>(
        m => (m.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond,
        v => DateTimeOffset.UnixEpoch.AddTicks(v * TimeSpan.TicksPerMicrosecond)
    );

/// <summary>A record kept as JSON in one column, read and written whole.</summary>
internal sealed class JsonConverter<T>()
    : ValueConverter<T, string>(
        value => System.Text.Json.JsonSerializer.Serialize(value, Json.Options),
        text => System.Text.Json.JsonSerializer.Deserialize<T>(text, Json.Options)!
    );
