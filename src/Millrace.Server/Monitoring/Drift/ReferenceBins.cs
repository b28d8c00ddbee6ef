using System.Globalization;
using System.Text.Json;
using Millrace.Engine.Tables;
using Millrace.Monitoring.Feedback;

namespace Millrace.Monitoring.Drift;

/// <summary>
/// The bins of one input, and how many training rows lie in each. Numbers and moments: missing, below, the profile's bins,
/// above. Everything else: missing, the most frequent values, all others.
/// </summary>
internal sealed record ReferenceBins(
    string Column,
    IReadOnlyList<string> Labels,
    IReadOnlyList<long> Counts,
    IReadOnlyList<double> Edges,
    IReadOnlyList<string> Values
)
{
    private const string Missing = "missing";

    /// <summary>The bins of each input that the training data has a distribution of.</summary>
    public static IReadOnlyList<ReferenceBins> Of(IReadOnlyList<Column> inputs, IReadOnlyList<ColumnProfile> profiles)
    {
        var found = new List<ReferenceBins>();
        foreach (var input in inputs)
        {
            var profile = profiles.FirstOrDefault(p => string.Equals(p.Name, input.Name, StringComparison.Ordinal));
            if (profile is not null && Of(profile) is { } bins)
            {
                found.Add(bins);
            }
        }

        return found;
    }

    /// <returns>Null where the profile tells nothing apart.</returns>
    public static ReferenceBins? Of(ColumnProfile profile) =>
        profile.Histogram.Count > 1 ? Numbers(profile)
        : profile.Top.Count > 0 ? Categories(profile)
        : null;

    /// <summary>The bin of a value as it was logged.</summary>
    public int Of(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return 0;
        }

        if (Edges.Count == 0)
        {
            return OfText(ScalarText.Of(value));
        }

        return value.ValueKind switch
        {
            JsonValueKind.Number => Of(value.GetDouble()),
            JsonValueKind.String
                when DateTimeOffset.TryParse(
                    value.GetString(),
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal,
                    out var moment
                ) => Of(Micros.Of(moment) / 1e6),
            _ => 0,
        };
    }

    public int OfText(string? value)
    {
        if (value is null)
        {
            return 0;
        }

        for (var i = 0; i < Values.Count; i++)
        {
            if (string.Equals(Values[i], value, StringComparison.Ordinal))
            {
                return i + 1;
            }
        }

        return Values.Count + 1;
    }

    public int Of(double number)
    {
        if (!double.IsFinite(number))
        {
            return 0;
        }

        if (number < Edges[0])
        {
            return 1;
        }

        for (var i = 1; i < Edges.Count; i++)
        {
            // The last bin contains its end.
            if (number < Edges[i] || (i == Edges.Count - 1 && number <= Edges[i]))
            {
                return i + 1;
            }
        }

        return Edges.Count + 1;
    }

    private static ReferenceBins Categories(ColumnProfile profile)
    {
        // A number that never changes is a category too; the profile writes 0.0 where a request has 0.
        IReadOnlyList<string> values =
        [
            .. profile.Top.Select(t =>
                profile.Type is ColumnType.Double
                && double.TryParse(t.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                    ? ScalarText.Of(number)
                    : t.Value ?? ""
            ),
        ];
        return new(
            profile.Name,
            [Missing, .. values, "other"],
            [
                profile.Nulls,
                .. profile.Top.Select(t => t.Count),
                Math.Max(0, profile.Count - profile.Nulls - profile.Top.Sum(t => t.Count)),
            ],
            [],
            values
        );
    }

    private static ReferenceBins Numbers(ColumnProfile profile)
    {
        double[] edges = [profile.Histogram[0].From, .. profile.Histogram.Select(b => b.To)];
        Func<double, string> label = profile.Type is ColumnType.Date or ColumnType.Timestamp ? Moment : Number;
        return new(
            profile.Name,
            [
                Missing,
                $"below {label(edges[0])}",
                .. profile.Histogram.Select(b => $"{label(b.From)} – {label(b.To)}"),
                $"above {label(edges[^1])}",
            ],
            // Missing is what is counted nowhere else: nulls, and numbers that are none.
            [profile.Count - profile.Histogram.Sum(b => b.Count), 0, .. profile.Histogram.Select(b => b.Count), 0],
            edges,
            []
        );
    }

    private static string Number(double x) => x.ToString("0.####", CultureInfo.InvariantCulture);

    private static string Moment(double seconds) =>
        Micros.Moment((long)(seconds * 1e6)).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
