using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Millrace.Core;

namespace Millrace.Api;

/// <summary>
/// The whole REST API, typed: what the command line and the screens use, and nothing else. A refusal by the server is
/// thrown as the <see cref="RefusalException"/> that it was there.
/// </summary>
public sealed partial class MillraceClient(HttpClient http)
{
    /// <summary>The header by which a caller says who it is, for the audit log.</summary>
    public const string ActorHeader = "Millrace-Actor";

    /// <param name="address">The server's address, for instance http://127.0.0.1:5320.</param>
    /// <param name="token">The access token; null where the server has none.</param>
    /// <param name="actor">Who acts, for the audit log.</param>
    /// <returns>What a client sends with. Work is followed by asking again, never by waiting: no time limit of its own.</returns>
    public static HttpClient Connect(Uri address, string? token, string actor)
    {
        var http = new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Add(ActorHeader, actor);
        if (!string.IsNullOrEmpty(token))
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return http;
    }

    public Uri? Address => http.BaseAddress;

    public Task<ServerView> ServerAsync(CancellationToken ct) => GetAsync<ServerView>("api/server", ct);

    public Task<Page<AuditEntry>> AuditAsync(
        string? subjectKind,
        string? subject,
        int limit,
        int offset,
        CancellationToken ct
    ) =>
        GetAsync<Page<AuditEntry>>(
            $"api/audit{Query(("kind", subjectKind), ("subject", subject), ("limit", limit), ("offset", offset))}",
            ct
        );

    public Task<JobView> JobAsync(JobId id, CancellationToken ct) => GetAsync<JobView>($"api/jobs/{id}", ct);

    public Task<IReadOnlyList<JobView>> JobsAsync(int limit, CancellationToken ct) =>
        GetAsync<IReadOnlyList<JobView>>($"api/jobs{Query(("limit", limit))}", ct);

    public Task<string> JobLogAsync(JobId id, CancellationToken ct) => GetTextAsync($"api/jobs/{id}/log", ct);

    public Task CancelJobAsync(JobId id, CancellationToken ct) => PostAsync($"api/jobs/{id}/cancel", null, ct);

    private static string Query(params ReadOnlySpan<(string Key, object? Value)> parts)
    {
        var query = "";
        foreach (var (key, value) in parts)
        {
            if (value is not null)
            {
                var text = Uri.EscapeDataString(FormattableString.Invariant($"{value}"));
                query += $"{(query.Length == 0 ? '?' : '&')}{key}={text}";
            }
        }

        return query;
    }

    private async Task<T> GetAsync<T>(string path, CancellationToken ct)
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, path), ct).ConfigureAwait(false);
        return await ReadAsync<T>(response, ct).ConfigureAwait(false);
    }

    private async Task<string> GetTextAsync(string path, CancellationToken ct)
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, path), ct).ConfigureAwait(false);
        return await response.Content.ReadAsStringAsync(ct).ConfigureAwait(false);
    }

    private async Task<T> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken ct)
    {
        using var response = await SendAsync(Request(method, path, body), ct).ConfigureAwait(false);
        return await ReadAsync<T>(response, ct).ConfigureAwait(false);
    }

    private async Task PostAsync(string path, object? body, CancellationToken ct)
    {
        using var response = await SendAsync(Request(HttpMethod.Post, path, body), ct).ConfigureAwait(false);
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, object? body) =>
        new(method, path)
        {
            Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: Json.Options),
        };

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken ct) =>
        await response.Content.ReadFromJsonAsync<T>(Json.Options, ct).ConfigureAwait(false)
        ?? throw new InvalidOperationException(
            $"The server answered {response.RequestMessage?.RequestUri} with nothing."
        );

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        using (request)
        {
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct)
                .ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                throw await RefusedAsync(response, ct).ConfigureAwait(false);
            }
        }
    }

    private static async Task<Exception> RefusedAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var text = await response.Content.ReadAsStringAsync(ct).ConfigureAwait(false);
        var message = Detail(text) ?? $"The server answered {(int)response.StatusCode} {response.ReasonPhrase}.";
        return response.StatusCode switch
        {
            HttpStatusCode.NotFound => Refusal.NotFound(message),
            HttpStatusCode.Conflict => Refusal.Conflict(message),
            HttpStatusCode.Unauthorized => Refusal.Unauthenticated(message),
            HttpStatusCode.Forbidden => Refusal.Forbidden(message),
            HttpStatusCode.TooManyRequests => Refusal.Exhausted(message),
            >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError => Refusal.Invalid(message),
            _ => new HttpRequestException(message, null, response.StatusCode),
        };
    }

    private static string? Detail(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return Text(json.RootElement, "detail")
                ?? Text(json.RootElement, "error")
                ?? Text(json.RootElement, "title");
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object
        && json.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
