using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.Core;

namespace Millrace.Api;

/// <summary>
/// What really happened. It names its prediction by id, or by endpoint and key: then it belongs to the newest prediction for
/// that key within the loop's window.
/// </summary>
public sealed record OutcomeRequest
{
    [JsonPropertyName("prediction_id")]
    public PredictionId? PredictionId { get; init; }

    public EndpointName? Endpoint { get; init; }

    /// <summary>Who or what it is about: the value of the input that the loop names as key; of a recommender, the user.</summary>
    public JsonElement? Key { get; init; }

    /// <summary>The item, label or value; or an object of columns, of which one is that.</summary>
    public required JsonElement Outcome { get; init; }

    /// <summary>When it happened; null for now.</summary>
    public DateTimeOffset? At { get; init; }

    /// <exception cref="RefusalException">Names the field that is missing or mistyped, and what belongs there.</exception>
    public static OutcomeRequest Read(JsonElement told)
    {
        if (told.ValueKind != JsonValueKind.Object)
        {
            throw Refusal.Invalid($"{told.GetRawText()} is not an outcome: it is an object with 'outcome' in it.");
        }

        if (!told.EnumerateObject().Any(p => p.Name.Equals(nameof(Outcome), StringComparison.OrdinalIgnoreCase)))
        {
            throw Refusal.Invalid("'outcome' is missing: the item, label or value that came true.");
        }

        try
        {
            return told.Deserialize<OutcomeRequest>(Json.Options)!;
        }
        catch (JsonException ex)
        {
            var field = ex.Path?.TrimStart('$', '.') ?? "";
            throw Refusal.Invalid($"'{field}' is not {Meant(field)}.");
        }
    }

    private static string Meant(string field) =>
        field.ToUpperInvariant() switch
        {
            "AT" => "a time such as 2026-05-03T14:00:00Z",
            "PREDICTION_ID" => "the id that a prediction was answered with",
            _ => "the name of an endpoint",
        };
}

/// <summary>Many outcomes at once: all are kept, or none.</summary>
public sealed record OutcomesRequest(IReadOnlyList<OutcomeRequest> Outcomes);

/// <param name="Accepted">Kept for the first time.</param>
/// <param name="Repeated">Known already: they changed nothing.</param>
public sealed record OutcomesView(int Accepted, int Repeated);

/// <summary>Outcomes of one endpoint by what became of them.</summary>
/// <param name="Joined">Found their prediction.</param>
/// <param name="Waiting">Came before their prediction, and may still find it.</param>
/// <param name="Unknown">No prediction came for them within the window.</param>
/// <param name="Repeated">Were known already.</param>
public sealed record OutcomeCounts(long Joined, long Waiting, long Unknown, long Repeated);
