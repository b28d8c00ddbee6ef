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
            return Of(body);
        }
        catch (JsonException ex)
        {
            throw Refusal.Invalid(
                $"The body is not an outcome, nor a list of outcomes: it is no JSON from line {ex.LineNumber + 1}, byte {ex.BytePositionInLine + 1} on."
            );
        }
        catch (BadHttpRequestException ex) when (ex.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw TooLarge(maxBytes);
        }
    }

    private static RefusalException TooLarge(int maxBytes) =>
        Refusal.Invalid($"Outcomes have at most {maxBytes} bytes at once: send them in several requests.");

    private static IReadOnlyList<OutcomeRequest> Of(JsonElement body)
    {
        var list =
            body.ValueKind is JsonValueKind.Object && body.TryGetProperty("outcomes", out var inside) ? inside : body;
        return list.ValueKind switch
        {
            JsonValueKind.Array => list.GetArrayLength() switch
            {
                0 => throw Refusal.Invalid("There is no outcome in the list."),
                > MostAtOnce => throw Refusal.Invalid(
                    $"{list.GetArrayLength()} outcomes at once are too many: send at most {MostAtOnce}, and the rest after them."
                ),
                _ => Each([.. list.EnumerateArray()], OutcomeRequest.Read),
            },
            JsonValueKind.Object => Each([list], OutcomeRequest.Read),
            _ => throw Refusal.Invalid("The body is not an outcome, nor a list of outcomes."),
        };
    }

    /// <summary>One of many is refused with its place among them: nobody looks through a thousand.</summary>
    public static IReadOnlyList<T> Each<TFrom, T>(IReadOnlyList<TFrom> all, Func<TFrom, T> read)
    {
        var done = new List<T>(all.Count);
        foreach (var one in all)
        {
            try
            {
                done.Add(Readable(read, one));
            }
            catch (RefusalException ex) when (all.Count > 1)
            {
                throw new RefusalException(ex.Kind, $"Outcome {done.Count + 1} of {all.Count}: {ex.Message}");
            }
        }

        return done;
    }

    private static T Readable<TFrom, T>(Func<TFrom, T> read, TFrom one)
    {
        try
        {
            return read(one);
        }
        catch (InvalidOperationException)
        {
            throw Refusal.Invalid("It holds a text that is none: half of a surrogate pair.");
        }
    }
}
