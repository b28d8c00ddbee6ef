using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Monitoring.Feedback;

/// <summary>One outcome as it is to be kept.</summary>
/// <param name="Hash">Of all that makes it the same outcome.</param>
internal sealed record CheckedOutcome(
    byte[] Hash,
    PredictionId? Prediction,
    EndpointName? Endpoint,
    string? Key,
    string Outcome,
    long At,
    long WaitsUntil
);

/// <summary>Refuses an outcome that could never be joined, with what to send instead. Pure.</summary>
internal static class CheckOutcome
{
    public const int LongestKey = 500;
    private const int LongestOutcome = 64 << 10;
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(366);

    public static CheckedOutcome Run(
        OutcomeRequest told,
        IReadOnlyDictionary<EndpointName, MonitorSettings> monitors,
        DateTimeOffset now
    )
    {
        var settings = Settings(told, monitors);
        var key = told.PredictionId is null ? KeyOf(told, settings) : null;
        if (told.Outcome.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.Array)
        {
            throw Refusal.Invalid(
                "An outcome is the item, label or value that came true, or an object of columns with that in it."
            );
        }

        if (
            told.Outcome.ValueKind is JsonValueKind.Object
            && settings?.Outcome is { } column
            && !told.Outcome.TryGetProperty(column, out _)
        )
        {
            throw Refusal.Invalid($"The outcome has no '{column}', which is what endpoint {told.Endpoint} watches.");
        }

        if (
            told.Outcome.ValueKind is JsonValueKind.Object
            && settings is null
            && monitors.Count > 0
            && !monitors.Values.Any(m => m.Outcome is not { } watched || told.Outcome.TryGetProperty(watched, out _))
        )
        {
            var all = monitors
                .Values.Select(m => $"'{m.Outcome}'")
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal);
            throw Refusal.Invalid($"The outcome has nothing that an endpoint watches: {string.Join(", ", all)}.");
        }

        var at = told.At ?? now;
        if (at > now + Ahead)
        {
            throw Refusal.Invalid($"An outcome of {at:O} has not happened yet: it is {now:O} here.");
        }

        var text = told.Outcome.GetRawText();
        if (text.Length > LongestOutcome)
        {
            throw Refusal.Invalid($"An outcome has at most {LongestOutcome} characters; this one has {text.Length}.");
        }

        var within =
            settings?.Within ?? monitors.Values.Select(m => m.Within).DefaultIfEmpty(TimeSpan.FromDays(7)).Max();
        var last = Micros.Of(at > now ? at : now);
        return new(
            Hash(told, key, at),
            told.PredictionId,
            told.Endpoint,
            key,
            text,
            Micros.Of(at),
            last + Math.Min(Micros.Of(within), Micros.Day * 36_500)
        );
    }

    private static MonitorSettings? Settings(
        OutcomeRequest told,
        IReadOnlyDictionary<EndpointName, MonitorSettings> monitors
    ) =>
        told.Endpoint is not { } endpoint ? null
        : monitors.TryGetValue(endpoint, out var found) ? found
        : throw Refusal.NotFound(
            $"Endpoint {endpoint} is not watched: give its loop a monitor and apply it, then send outcomes."
        );

    private static string KeyOf(OutcomeRequest told, MonitorSettings? settings)
    {
        if (settings is null)
        {
            throw Refusal.Invalid("An outcome names its prediction_id, or else its endpoint and key.");
        }

        var key = told.Key is { } given ? ScalarText.Of(given) : null;
        if (
            key is null
            && settings.Key is { } column
            && told.Outcome.ValueKind is JsonValueKind.Object
            && told.Outcome.TryGetProperty(column, out var inOutcome)
        )
        {
            key = ScalarText.Of(inOutcome);
        }

        return key switch
        {
            null => throw Refusal.Invalid("An outcome names its prediction_id, or else its endpoint and key."),
            { Length: > LongestKey } => throw Refusal.Invalid($"A key has at most {LongestKey} characters."),
            _ => key,
        };
    }

    /// <summary>By id an outcome without a time is the same whenever it is sent; by key its time tells it from the next one.</summary>
    private static byte[] Hash(OutcomeRequest told, string? key, DateTimeOffset at)
    {
        var time =
            told.PredictionId is not null && told.At is null
                ? ""
                : at.UtcTicks.ToString(System.Globalization.CultureInfo.InvariantCulture);
        // Lengths in front: no two outcomes run together to the same text.
        var name = told.PredictionId?.ToString() ?? $"{told.Endpoint}\n{key!.Length}\n{key}";
        return XxHash128.Hash(Encoding.UTF8.GetBytes($"{name}\n{time}\n{Canonical(told.Outcome)}"));
    }

    /// <summary>7, "7", 7.0 and an object with nothing else in it are the same outcome.</summary>
    private static string Canonical(JsonElement outcome)
    {
        if (outcome.ValueKind != JsonValueKind.Object)
        {
            return ScalarText.Of(outcome)!;
        }

        var columns = outcome
            .EnumerateObject()
            .GroupBy(p => p.Name, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.Ordinal);
        return columns.Count == 1 && ScalarText.Of(columns.Values.Single()) is { } only
            ? only
            : JsonSerializer.Serialize(columns);
    }
}
