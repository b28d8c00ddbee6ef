using System.Globalization;
using System.Text.Json;
using Millrace.Api;

namespace Millrace.Ui.Parts;

/// <summary>How numbers, sizes and times are written on every screen: one way, so that they can be compared at a glance.</summary>
public static class Show
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>141,695</summary>
    public static string Count(long n) => n.ToString("#,0", Culture);

    /// <summary>1 row, 2 rows.</summary>
    public static string Count(long n, string one, string? many = null) =>
        $"{Count(n)} {(n == 1 ? one : many ?? one + "s")}";

    /// <summary>Four significant digits, the same for small and large: 0.1843, 12.50, 1,204.</summary>
    public static string Metric(double? value)
    {
        if (value is not { } v || double.IsNaN(v))
        {
            return "–";
        }

        if (v == 0 || double.IsInfinity(v))
        {
            return v == 0 ? "0"
                : v > 0 ? "∞"
                : "−∞";
        }

        var magnitude = Magnitude(v);
        return magnitude is < -4 or > 11 ? v.ToString("0.00e+0", Culture) : Fixed(v, magnitude);
    }

    /// <summary>As fine as the largest of those among which it stands, so that a column of them has its points in line.</summary>
    public static string Metric(double? value, double? largest) =>
        value is { } v
        && v != 0
        && double.IsFinite(v)
        && largest is { } l
        && Magnitude(l) is >= -4 and <= 11 and var magnitude
            ? Fixed(v, magnitude)
            : Metric(value);

    /// <summary>As a metric, without zeros that say nothing: 7.3, 10, 0.05.</summary>
    public static string Number(double? value)
    {
        var text = Metric(value);
        return text.Contains('.', StringComparison.Ordinal) && !text.Contains('e', StringComparison.Ordinal)
            ? text.TrimEnd('0').TrimEnd('.')
            : text;
    }

    /// <summary>
    /// The difference to a baseline, always with its sign, and no finer than the larger of the two is written, or the largest of those
    /// among which it stands.
    /// </summary>
    public static string Difference(double value, double baseline, double largest = 0)
    {
        var magnitude = Magnitude(Math.Max(largest, Math.Max(Math.Abs(value), Math.Abs(baseline))));
        var text = magnitude is < -4 or > 11
            ? Metric(Math.Abs(value - baseline))
            : Fixed(Math.Abs(value - baseline), magnitude);
        return text.All(c => c is '0' or '.') ? "±0"
            : value > baseline ? "+" + text
            : "−" + text;
    }

    private static int Magnitude(double value) => value == 0 ? 0 : (int)Math.Floor(Math.Log10(Math.Abs(value)));

    private static string Fixed(double value, int magnitude) =>
        value.ToString("#,0." + new string('0', Math.Clamp(3 - magnitude, 0, 7)), Culture);

    public static string Share(double part) =>
        part switch
        {
            0 => "0 %",
            1 => "100 %",
            < 0.001 => "< 0.1 %",
            > 0.999 => "> 99.9 %",
            _ => (part * 100).ToString("0.0", Culture) + " %",
        };

    public static string Bytes(long bytes) =>
        bytes switch
        {
            < 1_000 => $"{bytes.ToString(Culture)} B",
            < 1_000_000 => $"{Number(Math.Round(bytes / 1e3, 1))} kB",
            < 1_000_000_000 => $"{Number(Math.Round(bytes / 1e6, 1))} MB",
            _ => $"{Number(Math.Round(bytes / 1e9, 2))} GB",
        };

    /// <summary>840 ms, 3.2 s, 4 min 5 s, 2 h 10 min, 3 days 4 h.</summary>
    public static string Duration(TimeSpan t) =>
        t switch
        {
            { Ticks: < 0 } => "0 ms",
            { TotalSeconds: < 1 } => $"{Math.Round(t.TotalMilliseconds).ToString(Culture)} ms",
            { TotalSeconds: < 10 } => $"{t.TotalSeconds.ToString("0.0", Culture)} s",
            { TotalSeconds: < 60 } => $"{Math.Floor(t.TotalSeconds).ToString(Culture)} s",
            { TotalMinutes: < 60 } => t.Seconds == 0 ? $"{t.Minutes} min" : $"{t.Minutes} min {t.Seconds} s",
            { TotalHours: >= 48 } => t.Hours == 0 ? $"{Count(t.Days)} days" : $"{Count(t.Days)} days {t.Hours} h",
            _ => t.Minutes == 0 ? $"{Count((long)t.TotalHours)} h" : $"{Count((long)t.TotalHours)} h {t.Minutes} min",
        };

    /// <summary>How long a thing took, or takes so far; – for one that has not begun.</summary>
    public static string Took(double? seconds, DateTimeOffset? began, TimeProvider time) =>
        (seconds, began) switch
        {
            ({ } took, _) => Duration(TimeSpan.FromSeconds(took)),
            (_, { } since) => Duration(time.GetUtcNow() - since),
            _ => "–",
        };

    /// <summary>How old a thing is, roughly: 3 h, 12 days.</summary>
    public static string Age(TimeSpan t) =>
        t switch
        {
            { TotalMinutes: < 1 } => "under 1 min",
            { TotalHours: < 1 } => $"{t.Minutes} min",
            { TotalDays: < 2 } => $"{Count((long)t.TotalHours)} h",
            _ => $"{Count((long)t.TotalDays)} days",
        };

    public static string Milliseconds(double? ms) =>
        ms switch
        {
            null => "–",
            < 1 => $"{Number(Math.Round(ms.Value * 1000))} µs",
            < 10 => $"{ms.Value.ToString("0.00", Culture)} ms",
            _ => $"{ms.Value.ToString("0.0", Culture)} ms",
        };

    public static string Ago(DateTimeOffset at, DateTimeOffset now)
    {
        var t = now - at;
        return t switch
        {
            { TotalSeconds: < 5 } => "just now",
            { TotalSeconds: < 60 } => $"{t.Seconds} s ago",
            { TotalMinutes: < 60 } => $"{t.Minutes} min ago",
            { TotalHours: < 24 } => $"{t.Hours} h ago",
            { TotalDays: < 30 } => t.Days == 1 ? "yesterday" : $"{t.Days} days ago",
            _ => at.UtcDateTime.ToString("d MMM yyyy", Culture),
        };
    }

    /// <summary>A moment on an axis or in a table, in UTC: 14 Mar 2026 09:05; midnight without its zeros.</summary>
    public static string Moment(DateTimeOffset at) =>
        at.UtcDateTime.ToString(at.UtcDateTime.TimeOfDay == TimeSpan.Zero ? "d MMM yyyy" : "d MMM yyyy HH:mm", Culture);

    /// <summary>Ten to the power of this, for evidence: 0.3, 42, 12,000, 1.6 × 10⁸.</summary>
    public static string Power(double log10)
    {
        if (!double.IsFinite(log10))
        {
            return log10 > 0 ? "∞" : "0";
        }

        if (log10 is > -2.0001 and < 6.9999)
        {
            var value = Math.Pow(10, log10);
            var unit = Math.Pow(10, Math.Floor(log10 + 1e-9) - 1);
            return Number(Math.Round(value / unit) * unit);
        }

        var exponent = Math.Floor(log10 + 1e-9);
        var factor = Math.Pow(10, log10 - exponent).ToString("0.#", Culture);
        var power =
            "10" + string.Concat(exponent.ToString("0", Culture).Select(c => c == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c - '0']));
        return factor is "1" ? power : $"{factor} × {power}";
    }

    /// <summary>A share in few digits, for steps that people chose: 5 %, 12.5 %.</summary>
    public static string Percent(double part) => (part * 100).ToString("0.#", Culture) + " %";

    public static string Exact(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", Culture);

    public static string Hash(string hash) => hash.Length > 10 ? hash[..10] : hash;

    /// <summary>The version of the code with a commit short enough to read: 0.1.0+0a52064.</summary>
    public static string Code(string version)
    {
        var cut = version.IndexOf('+', StringComparison.Ordinal);
        return cut > 0 && version.Length > cut + 8 ? version[..(cut + 8)] : version;
    }

    /// <summary>A value of a cell: whole numbers as they are (they may be ids), fractions short, null as null.</summary>
    public static string? Cell(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.Undefined => null,
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number when !value.TryGetInt64(out _) => Number(value.GetDouble()),
            _ => value.GetRawText(),
        };

    /// <summary>A value of a row as it is, with every digit.</summary>
    public static string? Raw(JsonElement value) =>
        value.ValueKind is JsonValueKind.Number ? value.GetRawText() : Cell(value);

    /// <summary>The end of an id that begins with its time: …708192a3.</summary>
    public static string TimedId(string id) => id.Length > 8 ? "…" + id[^8..] : id;

    /// <summary>A rule of a contract: pages: range [1, 500].</summary>
    public static string Rule(BrokenRuleView broken) =>
        $"{(broken.Column.Length > 0 ? broken.Column + ": " : "")}{broken.Rule} {broken.Bound}".TrimEnd();

    /// <summary>What went wrong, for a person.</summary>
    public static string Trouble(Exception e) =>
        e switch
        {
            Core.RefusalException => e.Message,
            HttpRequestException { StatusCode: not null } => e.Message,
            HttpRequestException or IOException => $"The server did not answer: {e.Message}",
            JsonException =>
                "The server answered something that this screen does not understand. Is it of the same version?",
            _ => $"This went wrong: {e.Message}",
        };
}
