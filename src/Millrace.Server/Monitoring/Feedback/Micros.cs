namespace Millrace.Monitoring.Feedback;

/// <summary>Moments and durations in microseconds, as the tables have them.</summary>
internal static class Micros
{
    public const long Hour = 3_600_000_000;
    public const long Day = 24 * Hour;

    public static long Of(DateTimeOffset moment) =>
        (moment.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static long Of(TimeSpan duration) => duration.Ticks / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset Moment(long micros) =>
        DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    /// <summary>The beginning of the hour, or day, that a moment lies in.</summary>
    public static long Floor(long micros, long unit) => micros - (((micros % unit) + unit) % unit);
}
