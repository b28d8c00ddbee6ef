using System.Text.Json;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Monitoring.Feedback;

/// <summary>The body of POST /outcomes: one outcome, a list of them, or an object with that list.</summary>
internal static class OutcomeBody
{
    public const int MostAtOnce = 1000;

    public static async Task<IReadOnlyList<OutcomeRequest>> ReadAsync(
        HttpRequest request,
        int maxBytes,
        CancellationToken ct
    )
    {
        if (request.ContentLength > maxBytes)
        {
            throw TooLarge(maxBytes);
        }

        if (
            request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is
            { IsReadOnly: false } limit
        )
        {
            limit.MaxRequestBodySize = maxBytes;
        }

        try
        {
            var body = await JsonSerializer.DeserializeAsync<JsonElement>(request.Body, Json.Options, ct);
            var outcomes = Of(body);
            return outcomes.Count switch
            {
                0 => throw Refusal.Invalid("There is no outcome in the list."),
                > MostAtOnce => throw Refusal.Invalid(
                    $"{outcomes.Count} outcomes at once are too many: send at most {MostAtOnce}, and the rest after them."
                ),
                _ => outcomes,
            };
        }
        catch (JsonException ex)
        {
            throw Refusal.Invalid($"The body is not an outcome, nor a list of outcomes: {ex.Message}");
        }
        catch (BadHttpRequestException ex) when (ex.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw TooLarge(maxBytes);
        }
    }

    private static RefusalException TooLarge(int maxBytes) =>
        Refusal.Invalid($"Outcomes have at most {maxBytes} bytes at once: send them in several requests.");

    private static IReadOnlyList<OutcomeRequest> Of(JsonElement body) =>
        body.ValueKind switch
        {
            JsonValueKind.Array => body.Deserialize<IReadOnlyList<OutcomeRequest>>(Json.Options)!,
            JsonValueKind.Object when body.TryGetProperty("outcomes", out var list) => list.Deserialize<
                IReadOnlyList<OutcomeRequest>
            >(Json.Options) ?? [],
            JsonValueKind.Object => [body.Deserialize<OutcomeRequest>(Json.Options)!],
            _ => throw Refusal.Invalid("The body is not an outcome, nor a list of outcomes."),
        };
}
