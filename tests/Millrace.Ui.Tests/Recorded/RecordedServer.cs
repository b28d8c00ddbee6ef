using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Ui.Tests.Recorded;

/// <summary>A real HTTP server that answers with recordings: for states that the real one is seldom in.</summary>
internal sealed class RecordedServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> answers = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> asked = new();
    private readonly WebApplication app;
    private HttpClient http = null!;

    private RecordedServer(WebApplication app)
    {
        this.app = app;
        app.Run(AnswerAsync);
    }

    public MillraceClient Client { get; private set; } = null!;

    public IReadOnlyCollection<string> Asked => asked;

    public static async Task<RecordedServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var server = new RecordedServer(builder.Build());
        await server.app.StartAsync();
        server.http = MillraceClient.Connect(new Uri(server.app.Urls.First()), null, "tester");
        server.Client = new MillraceClient(server.http);
        return server;
    }

    /// <param name="call">Method and path, "GET /api/datasets"; with a query where only that is meant.</param>
    /// <param name="answer">A wire record.</param>
    public RecordedServer On<T>(string call, T answer)
    {
        answers[call] = http => http.Response.WriteAsJsonAsync(answer, Json.Options);
        return this;
    }

    public RecordedServer Refuse(string call, int status, string detail)
    {
        answers[call] = http =>
        {
            http.Response.StatusCode = status;
            return http.Response.WriteAsJsonAsync(new { detail }, Json.Options);
        };
        return this;
    }

    /// <summary>Answers only once the returned source is set.</summary>
    public TaskCompletionSource Hold<T>(string call, T answer)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        answers[call] = async http =>
        {
            await release.Task;
            await http.Response.WriteAsJsonAsync(answer, Json.Options);
        };
        return release;
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.DisposeAsync();
    }

    private Task AnswerAsync(HttpContext http)
    {
        var call = $"{http.Request.Method} {http.Request.Path}";
        asked.Enqueue(call + http.Request.QueryString);
        if (
            answers.TryGetValue(call + http.Request.QueryString, out var answer)
            || answers.TryGetValue(call, out answer)
        )
        {
            return answer(http);
        }

        http.Response.StatusCode = 404;
        return http.Response.WriteAsJsonAsync(new { detail = $"Nothing is recorded for {call}." }, Json.Options);
    }
}
