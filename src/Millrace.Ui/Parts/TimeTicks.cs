using System.Globalization;

namespace Millrace.Ui.Parts;

/// <summary>Marks of an axis of time, in UTC, where people expect them: on the hour, at midnight, on the first of a month.</summary>
public static class TimeTicks
{
    private static readonly TimeSpan Month = TimeSpan.FromDays(28);

    private static readonly TimeSpan[] Steps =
    [
        TimeSpan.FromSeconds(1),
        TimeSpan.FromSeconds(10),
        TimeSpan.FromSeconds(30),
        TimeSpan.FromMinutes(1),
        TimeSpan.FromMinutes(2),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(10),
        TimeSpan.FromMinutes(15),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(1),
        TimeSpan.FromHours(3),
        TimeSpan.FromHours(6),
        TimeSpan.FromHours(12),
        TimeSpan.FromDays(1),
        TimeSpan.FromDays(2),
        TimeSpan.FromDays(7),
        TimeSpan.FromDays(14),
    ];

    private static readonly int[] Months = [1, 2, 3, 6, 12, 24, 60, 120];

    /// <summary>Marks within the span, about so many and never more than twice that.</summary>
    public static IReadOnlyList<DateTimeOffset> Between(DateTimeOffset from, DateTimeOffset to, int about)
    {
        var raw = (to - from) / Math.Max(1, about);
        return Steps.FirstOrDefault(s => s >= raw) is { Ticks: > 0 } step
            ? Even(from, to, step)
            : ByMonths(from, to, Months.FirstOrDefault(m => Month * m >= raw, Months[^1]));
    }

    /// <summary>As short as the distance of the marks allows.</summary>
    public static string Label(DateTimeOffset at, TimeSpan step)
    {
        var format = step switch
        {
            _ when step >= Month => at.Month == 1 ? "yyyy" : "MMM",
            _ when at.TimeOfDay == TimeSpan.Zero => "d MMM",
            _ when step < TimeSpan.FromMinutes(1) && at.Second != 0 => "HH:mm:ss",
            _ => "HH:mm",
        };
        return at.UtcDateTime.ToString(format, CultureInfo.InvariantCulture);
    }

    private static List<DateTimeOffset> Even(DateTimeOffset from, DateTimeOffset to, TimeSpan step)
    {
        var marks = new List<DateTimeOffset>();
        var first = (from.UtcTicks + step.Ticks - 1) / step.Ticks * step.Ticks;
        for (var at = first; at <= to.UtcTicks; at += step.Ticks)
        {
            marks.Add(new DateTimeOffset(at, TimeSpan.Zero));
        }

        return marks;
    }

    private static List<DateTimeOffset> ByMonths(DateTimeOffset from, DateTimeOffset to, int months)
    {
        var marks = new List<DateTimeOffset>();
        for (var at = new DateTimeOffset(from.Year, 1, 1, 0, 0, 0, TimeSpan.Zero); at <= to; at = at.AddMonths(months))
        {
            if (at >= from)
            {
                marks.Add(at);
            }
        }

        return marks;
    }
}
