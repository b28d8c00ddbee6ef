using System.CommandLine;
using System.Net;
using System.Text.Json;
using Millrace.Api;
using Millrace.Core;
using Millrace.Hosting;
using Millrace.Storage;

namespace Millrace.Cli;

/// <summary>
/// A verb's way to a server: the one that an option or variable names, the one at work on the folder, or, where none is,
/// the same server inside this process for as long as the verb takes.
/// </summary>
internal sealed class Session : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a server is looked for that another command starts or ends.</summary>
    private static readonly TimeSpan MostLooking = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(10);
    private readonly HttpClient http;
    private readonly MillraceServer? embedded;
    private readonly HttpResponseMessage? stay;
    private readonly CancellationToken ended;

    private Session(HttpClient http, MillraceServer? embedded, HttpResponseMessage? stay, CancellationToken ended)
    {
        this.http = http;
        this.embedded = embedded;
        this.stay = stay;
        this.ended = ended;
        Client = new MillraceClient(http);
    }

    public MillraceClient Client { get; }

    /// <summary>True where the server sees this machine's files: paths can be sent instead of bytes.</summary>
    public bool SharesFiles => http.BaseAddress!.IsLoopback;

    public static async Task<Session> OpenAsync(ParseResult parsed, CancellationToken ct)
    {
        var token = CommonOptions.TokenOf(parsed);
        if (CommonOptions.UrlOf(parsed) is { } url)
        {
            var address =
                Uri.TryCreate(url, UriKind.Absolute, out var given) && given.Scheme is "http" or "https"
                    ? given
                    : throw Refusal.Invalid(
                        $"'{url}' is not a server's address: http://127.0.0.1:{HostSettings.DefaultPort}"
                    );
            return new(Connect(address!, token), null, null, ct);
        }

        var folder = new MillraceFolder(CommonOptions.FolderOf(parsed));
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await JoinAsync(folder, token, ct) is { } joined)
            {
                return joined;
            }

            try
            {
                return await StartAsync(folder, token, ct);
            }
            catch (FolderHeldException) when (TimeProvider.System.GetElapsedTime(since) < MostLooking)
            {
                // Another command is starting the server inside itself, or ending it.
                await Task.Delay(Look, TimeProvider.System, ct);
            }
        }
    }

    /// <summary>Files by the names that the server knows them by: their paths where it sees them, else uploaded.</summary>
    public async Task<IReadOnlyList<string>> FilesForServerAsync(IReadOnlyList<string> files, CancellationToken ct)
    {
        if (SharesFiles)
        {
            return files;
        }

        var names = new List<string>(files.Count);
        foreach (var file in files)
        {
            await using var content = File.OpenRead(file);
            names.Add((await Client.UploadAsync(Path.GetFileName(file), content, ct)).Name);
        }

        return names;
    }

    public async ValueTask DisposeAsync()
    {
        stay?.Dispose();
        http.Dispose();
        if (embedded is null)
        {
            return;
        }

        await using var _ = embedded;
        try
        {
            await embedded.GuestsGoneAsync(
                () => Console.Error.WriteLine("Another command still uses this server; it ends when that is done."),
                ended
            );
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // Whoever stops this command stops the server.
        }
    }

    private static async Task<Session> StartAsync(MillraceFolder folder, string? token, CancellationToken ct)
    {
        var server = await MillraceServer.StartAsync(
            new()
            {
                Folder = folder.Root,
                Address = new("http://127.0.0.1:0"),
                Token = token ?? "",
                Configuration = CommonOptions.Storage(null),
                LogToConsole = false,
                HasGuests = true,
            },
            ct
        );
        return new(Connect(server.Address, token), server, null, ct);
    }

    private static HttpClient Connect(Uri address, string? token) =>
        MillraceClient.Connect(address, token, Environment.UserName);

    /// <summary>The server that announced itself in the folder, while it takes guests; null for one that is ending.</summary>
    private static async Task<Session?> JoinAsync(MillraceFolder folder, string? token, CancellationToken ct)
    {
        HttpClient? connection = null;
        try
        {
            var text = await File.ReadAllTextAsync(folder.ServerFile, ct);
            if (
                JsonSerializer.Deserialize<ServerAnnouncement>(text, Json.Options) is not { } note
                || !FolderLock.IsHeld(folder)
            )
            {
                return null;
            }

            connection = Connect(note.Address, token);
            var answer = await connection
                .GetAsync(new Uri($"api/{Guests.Path}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, ct)
                .WaitAsync(MostPatience, TimeProvider.System, ct);
            if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
            {
                // 'millrace up' has no such address, and stays in any case.
                return new(connection, null, answer, ct);
            }

            answer.Dispose();
        }
        catch (Exception ex) when (ex is IOException or JsonException or HttpRequestException or TimeoutException)
        {
            // Of a server that is not there any more.
        }

        connection?.Dispose();
        return null;
    }
}
