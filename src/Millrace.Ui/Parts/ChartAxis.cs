using System.Globalization;

namespace Millrace.Ui.Parts;

/// <summary>What an axis measures: where its marks are, and how its values are written.</summary>
public sealed class ChartAxis
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    private ChartAxis() { }

    /// <summary>Shown at its end; empty where the marks say it.</summary>
    public required string Name { get; init; }

    /// <summary>Marks for values from low to high, about so many.</summary>
    public required Func<double, double, int, IReadOnlyList<double>> Ticks { get; init; }

    public required Func<double, IReadOnlyList<double>, string> Label { get; init; }

    /// <summary>A value in a table or beside a pointer.</summary>
    public required Func<double, string> Value { get; init; }

    /// <summary>A value in a sentence: "at step 20", "on 14 Mar 2026 12:00".</summary>
    public required Func<double, string> Place { get; init; }

    public static ChartAxis Steps { get; } = CountingUp("step", value: "", place: "at step ");

    /// <summary>Days by their number, where there is no calendar.</summary>
    public static ChartAxis Days { get; } = CountingUp("day", value: "day ", place: "on day ");

    public static ChartAxis Time { get; } =
        new()
        {
            Name = "",
            Ticks = (low, high, about) => [.. TimeTicks.Between(Moment(low), Moment(high), about).Select(t => At(t))],
            Label = (tick, all) => TimeTicks.Label(Moment(tick), TimeSpan.FromSeconds(Step(all))),
            Value = v => Show.Moment(Moment(v)),
            Place = v => $"on {Show.Moment(Moment(v))}",
        };

    /// <summary>Metrics.</summary>
    public static ChartAxis Numbers { get; } = Linear(v => Show.Metric(v));

    /// <summary>How many of a thing: marks are whole, and begin at nothing.</summary>
    public static ChartAxis Counts { get; } =
        new()
        {
            Name = "",
            Ticks = (_, high, about) =>
                [.. Parts.Ticks.Between(0, Math.Max(high, 1), about).Where(t => t == Math.Floor(t))],
            Label = (tick, all) => Parts.Ticks.Label(tick, Math.Max(1, Step(all))),
            Value = v => Show.Number(v),
            Place = v => $"at {Show.Number(v)}",
        };

    /// <summary>Values are log10 of what is meant.</summary>
    public static ChartAxis Powers { get; } =
        new()
        {
            Name = "",
            Ticks = (low, high, about) =>
            {
                var ticks = Parts.Ticks.Between(Math.Max(low, -3), Math.Max(high, 1), about);
                return ticks[1] - ticks[0] >= 1
                    ? ticks
                    : Parts.Ticks.Between(Math.Floor(ticks[0]), Math.Ceiling(ticks[^1]), 1);
            },
            Label = (tick, _) => Show.Power(tick),
            Value = Show.Power,
            Place = v => $"at {Show.Power(v)}",
        };

    /// <summary>A moment as an axis has it: seconds since 1970.</summary>
    public static double At(DateTimeOffset at) => at.ToUnixTimeMilliseconds() / 1000.0;

    /// <summary>Whole numbers that count up: no marks beyond the ends of the line.</summary>
    private static ChartAxis CountingUp(string name, string value, string place) =>
        new()
        {
            Name = name,
            Ticks = (low, high, about) =>
                [.. Parts.Ticks.Between(low, high, about).Where(t => t >= low && t <= high && t == Math.Floor(t))],
            Label = (tick, all) => Parts.Ticks.Label(tick, Math.Max(1, Step(all))),
            Value = v => value + Show.Count((long)v),
            Place = v => place + Show.Count((long)v),
        };

    private static ChartAxis Linear(Func<double, string> value) =>
        new()
        {
            Name = "",
            Ticks = (low, high, about) => Parts.Ticks.Between(low, high, about),
            Label = (tick, all) => Parts.Ticks.Label(tick, Step(all)),
            Value = value,
            Place = v => "at " + value(v),
        };

    private static DateTimeOffset Moment(double seconds) => DateTimeOffset.UnixEpoch.AddSeconds(seconds);

    private static double Step(IReadOnlyList<double> ticks) =>
        ticks is [var first, var second, ..] ? second - first : 1;
}
