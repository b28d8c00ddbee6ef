using System.Text;
using System.Text.Json;
using Millrace.Engine.Declarations;
using Millrace.Engine.Outcomes;
using Millrace.Engine.Scoring;

namespace Millrace.Monitoring.Feedback;

/// <summary>Holds an outcome against what was predicted. Pure.</summary>
internal static class ScoreOutcome
{
    /// <summary>The item, label or value of an outcome as text; null where it has none.</summary>
    public static string? Actual(JsonElement outcome, string? column) =>
        outcome.ValueKind != JsonValueKind.Object ? ScalarText.Of(outcome)
        : column is not null && outcome.TryGetProperty(column, out var value) ? ScalarText.Of(value)
        : null;

    /// <summary>The column of outcomes that says what really happened.</summary>
    public static string? Column(MonitorSettings settings, ModelCard card) =>
        settings.Outcome ?? (card.Task == TaskKind.Recommend ? card.Item : card.Target);

    /// <summary>The loss, between 0 and 1; null where the outcome is nothing that this model could have said.</summary>
    /// <param name="metric">What is watched.</param>
    /// <param name="card">The model's.</param>
    /// <param name="output">The logged output.</param>
    /// <param name="actual">What happened.</param>
    public static double? Loss(LiveMetric metric, ModelCard card, string output, string actual)
    {
        var json = Encoding.UTF8.GetBytes(output);
        switch (card.Task)
        {
            case TaskKind.Recommend:
                return CouldBeIn(json, actual) ? metric.LossOfRank(Rank(json, actual)) : null;
            case TaskKind.Regress:
                return Number(actual) is { } happened && Score(json) is { } said
                    ? metric.LossOfValue(said, happened)
                    : null;
            default:
                return OfClass(metric, card, json, actual);
        }
    }

    public static double? Number(string text) =>
        double.TryParse(
            text,
            System.Globalization.NumberStyles.Float,
            System.Globalization.CultureInfo.InvariantCulture,
            out var number
        ) && double.IsFinite(number)
            ? number
            : null;

    /// <summary>A class by the text of an outcome: "1" also where it is told as 1.0 or true stands for yes-like "true".</summary>
    public static string? Class(IReadOnlyList<string> classes, string actual) =>
        classes.FirstOrDefault(c => string.Equals(c, actual, StringComparison.Ordinal))
        ?? (
            Number(actual) is { } number
                ? classes.FirstOrDefault(c => Number(c) == number)
                : classes.FirstOrDefault(c => string.Equals(c, actual, StringComparison.OrdinalIgnoreCase))
        );

    /// <summary>
    /// Whether an item is of the kind that the logged list holds: any number among numbers, also of a film that came out since, but
    /// no word.
    /// </summary>
    private static bool CouldBeIn(ReadOnlySpan<byte> output, string item)
    {
        var reader = new Utf8JsonReader(output);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("item"u8))
            {
                reader.Read();
                return reader.TokenType != JsonTokenType.Number
                    || long.TryParse(
                        item,
                        System.Globalization.NumberStyles.AllowLeadingSign,
                        System.Globalization.CultureInfo.InvariantCulture,
                        out _
                    );
            }
        }

        return true;
    }

    /// <summary>The place of an item in the logged list, from 1; 0 where it has it not.</summary>
    public static int Rank(ReadOnlySpan<byte> output, string item)
    {
        var reader = new Utf8JsonReader(output);
        var rank = 0;
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("item"u8))
            {
                continue;
            }

            reader.Read();
            rank++;
            if (string.Equals(ScalarText.Of(ref reader), item, StringComparison.Ordinal))
            {
                return rank;
            }
        }

        return 0;
    }

    /// <summary>The logged value or positive class's probability; null where it was no number.</summary>
    public static double? Score(ReadOnlySpan<byte> output)
    {
        var reader = new Utf8JsonReader(output);
        while (reader.Read())
        {
            if (
                reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 }
                && reader.ValueTextEquals("score"u8)
            )
            {
                reader.Read();
                return reader.TokenType == JsonTokenType.Number ? reader.GetDouble() : null;
            }
        }

        return null;
    }

    /// <summary>The first item of the logged list, or the label; null where there is none.</summary>
    public static string? First(ReadOnlySpan<byte> output)
    {
        var reader = new Utf8JsonReader(output);
        while (reader.Read())
        {
            if (
                reader.TokenType == JsonTokenType.PropertyName
                && (reader.ValueTextEquals("item"u8) || (reader.CurrentDepth == 1 && reader.ValueTextEquals("label"u8)))
            )
            {
                reader.Read();
                return ScalarText.Of(ref reader);
            }
        }

        return null;
    }

    private static double? OfClass(LiveMetric metric, ModelCard card, ReadOnlySpan<byte> output, string actual)
    {
        if (Class(card.Classes, actual) is not { } happened)
        {
            // Far more often a slip of whoever tells it than a class that is new; those come with the source's files.
            return null;
        }

        using var json = JsonDocument.Parse(Encoding.UTF8.GetString(output));
        var probability =
            json.RootElement.TryGetProperty("probabilities", out var all)
            && all.TryGetProperty(happened, out var own)
            && own.ValueKind == JsonValueKind.Number
                ? own.GetDouble()
                : 0;
        var label = json.RootElement.TryGetProperty("label", out var said) ? said.GetString() : null;
        return metric.LossOfClass(probability, string.Equals(label, happened, StringComparison.Ordinal));
    }
}
