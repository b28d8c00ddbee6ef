using System.Globalization;
using Millrace.Api;
using Millrace.Ui.Parts;

namespace Millrace.Ui.Pages.Datasets;

/// <summary>The numbers of a profile in the words of their column: moments as dates, whole numbers in full.</summary>
public static class ColumnText
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>A value of the column: an edge, a quantile, a mean. Those of moments are seconds since 1970.</summary>
    public static string Value(ColumnView column, double value) =>
        column.Type switch
        {
            "date" or "timestamp" when Moment(value) is { } at => at.ToString(
                column.Type is "date" ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm",
                Culture
            ),
            "double" => Show.Number(value),
            _ when value == Math.Floor(value) && Math.Abs(value) < 1e15 => value.ToString("0", Culture),
            _ => Show.Number(value),
        };

    public static string Deviation(ColumnView column, double value) =>
        column.Type is "date" or "timestamp"
            ? $"{Show.Number(Math.Round(value / 86_400, 1))} days"
            : Show.Number(value);

    /// <summary>The smallest or largest value, which comes as text.</summary>
    public static string Limit(ColumnView column, string? text) =>
        column.Type switch
        {
            _ when text is null => "–",
            "timestamp" when DateTimeOffset.TryParse(text, Culture, DateTimeStyles.AssumeUniversal, out var at) =>
                at.UtcDateTime.ToString("yyyy-MM-dd HH:mm", Culture),
            "double" when double.TryParse(text, NumberStyles.Float, Culture, out var number) => Value(column, number),
            _ => text,
        };

    private static DateTime? Moment(double seconds) =>
        Math.Abs(seconds) < 6e10 ? DateTime.UnixEpoch.AddSeconds(seconds) : null;
}
