namespace Millrace.Ui.Parts;

/// <summary>Marks of an axis that people can read: 1, 2 or 5 times a power of ten (Heckbert, Graphics Gems, 1990).</summary>
public static class Ticks
{
    public static IReadOnlyList<double> Between(double low, double high, int about)
    {
        if (!double.IsFinite(low) || !double.IsFinite(high))
        {
            return [];
        }

        if (high <= low)
        {
            var room = low == 0 ? 1 : Math.Abs(low) * 0.1;
            (low, high) = (low - room, high + room);
        }

        var step = Step((high - low) / Math.Max(1, about));
        var first = (long)Math.Floor(low / step + 1e-9);
        var last = (long)Math.Ceiling(high / step - 1e-9);
        return [.. Enumerable.Range(0, (int)(last - first + 1)).Select(i => (first + i) * step)];
    }

    /// <summary>As many decimals as the distance of the marks needs, and the same for all of them.</summary>
    public static string Label(double value, double step)
    {
        var decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(step) - 1e-9), 0, 8);
        return value.ToString("#,0." + new string('0', decimals), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static double Step(double raw)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        return (raw / power) switch
        {
            <= 1.0000001 => power,
            <= 2 => 2 * power,
            <= 5 => 5 * power,
            _ => 10 * power,
        };
    }
}
