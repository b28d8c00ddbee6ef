using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Millrace.Core;

namespace Millrace.Serving.Inference;

/// <summary>Refusals on the way of a prediction, written directly: they are expected, and nothing is thrown for them.</summary>
internal static class Answer
{
    /// <summary>Problem details (RFC 9457), as the rest of the API answers.</summary>
    public static Task ProblemAsync(HttpContext http, int status, string detail) =>
        WriteAsync(
            http,
            status,
            "application/problem+json",
            json =>
            {
                json.WriteString("type"u8, "about:blank"u8);
                json.WriteString("title"u8, ReasonPhrases.GetReasonPhrase(status));
                json.WriteNumber("status"u8, status);
                json.WriteString("detail"u8, detail);
            }
        );

    /// <summary>{"error": …}, as the Open Inference Protocol demands.</summary>
    public static Task ErrorAsync(HttpContext http, int status, string error) =>
        WriteAsync(http, status, "application/json", json => json.WriteString("error"u8, error));

    private static async Task WriteAsync(HttpContext http, int status, string type, Action<Utf8JsonWriter> write)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        await using (var json = new Utf8JsonWriter(http.Response.BodyWriter, new() { Encoder = Json.Options.Encoder }))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }
}
