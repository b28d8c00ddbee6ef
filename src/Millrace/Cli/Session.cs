using System.CommandLine;
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
    private readonly HttpClient http;
    private readonly MillraceServer? embedded;

    private Session(HttpClient http, MillraceServer? embedded)
    {
        this.http = http;
        this.embedded = embedded;
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
            return new(Connect(address!, token), null);
        }

        var folder = new MillraceFolder(CommonOptions.FolderOf(parsed));
        if (await RunningAsync(folder, token, ct) is { } running)
        {
            return new(running, null);
        }

        var server = await MillraceServer.StartAsync(
            new()
            {
                Folder = folder.Root,
                Address = new("http://127.0.0.1:0"),
                Token = token ?? "",
                Configuration = CommonOptions.Storage(null),
                LogToConsole = false,
            },
            ct
        );
        return new(Connect(server.Address, token), server);
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
        http.Dispose();
        if (embedded is not null)
        {
            await embedded.DisposeAsync();
        }
    }

    private static HttpClient Connect(Uri address, string? token) =>
        MillraceClient.Connect(address, token, Environment.UserName);

    /// <summary>The server that announced itself in the folder, if it is still there: a killed one leaves its note behind.</summary>
    private static async Task<HttpClient?> RunningAsync(MillraceFolder folder, string? token, CancellationToken ct)
    {
        try
        {
            var text = await File.ReadAllTextAsync(folder.ServerFile, ct);
            var note = JsonSerializer.Deserialize<ServerAnnouncement>(text, Json.Options);
            return note is not null && FolderLock.IsHeld(folder) ? Connect(note.Address, token) : null;
        }
        catch (Exception ex) when (ex is IOException or JsonException)
        {
            return null;
        }
    }
}
