namespace Millrace.Engine.Recipes.Expressions;

/// <summary>Parts of a moment, all in UTC.</summary>
internal static class TimeFunctions
{
    public static IEnumerable<Function> All =>
        [
            Function.Of<Moment, long>("year", t => $"year({t})", t => t.Utc.Year),
            Function.Of<Moment, long>("month", t => $"month({t})", t => t.Utc.Month),
            Function.Of<Moment, long>("day", t => $"day({t})", t => t.Utc.Day),
            Function.Of<Moment, long>("hour", t => $"hour({t})", t => t.Utc.Hour),
            Function.Of<Moment, long>("minute", t => $"minute({t})", t => t.Utc.Minute),
            // ISO 8601: Monday is 1, Sunday is 7.
            Function.Of<Moment, long>("weekday", t => $"isodow({t})", t => ((int)t.Utc.DayOfWeek + 6) % 7 + 1),
            // Whole seconds since 1970, rounded down; counted from the year 1, where nothing is negative yet.
            Function.Of<Moment, long>(
                "epoch",
                t => $"((epoch_us({t}) + 62135596800000000) // 1000000 - 62135596800)",
                t => (t.Microseconds - Moment.Smallest) / 1_000_000 + Moment.Smallest / 1_000_000
            ),
        ];
}
