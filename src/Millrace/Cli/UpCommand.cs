using System.CommandLine;
using Millrace.Core;
using Millrace.Hosting;

namespace Millrace.Cli;

internal static class UpCommand
{
    private static readonly Option<int> Port = new("--port")
    {
        Description = "The port to listen on; 0 for any free one.",
        DefaultValueFactory = _ => HostSettings.DefaultPort,
    };

    private static readonly Option<string> Address = new("--address")
    {
        Description = "The address to listen on. Any but loopback needs an access token.",
        DefaultValueFactory = _ => "127.0.0.1",
    };

    private static readonly Option<string?> Database = new("--database")
    {
        Description = "A PostgreSQL connection string [default: MILLRACE_DATABASE, else SQLite in the folder].",
    };

    public static Command Create()
    {
        var command = new Command("up", "Run the server: API, screens and all work, over one folder.")
        {
            Port,
            Address,
            Database,
            CommonOptions.Folder,
            CommonOptions.Token,
        };
        command.SetAction((parsed, ct) => Verb.GuardAsync(() => RunAsync(parsed, ct)));
        return command.Example("millrace up", "millrace up --port 8080 --folder /var/lib/millrace");
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        var settings = new HostSettings
        {
            Folder = CommonOptions.FolderOf(parsed),
            Address = AddressOf(parsed.GetValue(Address)!, parsed.GetValue(Port)),
            Token = CommonOptions.TokenOf(parsed) ?? "",
            Configuration = CommonOptions.Storage(parsed.GetValue(Database)),
        };
        await using var server = await MillraceServer.StartAsync(settings, ct);
        var output = new Output(parsed.GetValue(CommonOptions.Json));
        output.Result(
            new
            {
                url = server.Address,
                folder = Path.GetFullPath(settings.Folder),
                version = MillraceServer.Version,
            },
            () =>
            {
                output.Line($"[bold]Millrace {MillraceServer.Version.Split('+')[0]}[/] is up. Stop it with Ctrl+C.");
                output.Line($"  screens  {server.Address}");
                output.Line($"  API      {server.Address}api/openapi.json");
                output.Line($"  files    {Path.GetFullPath(settings.Folder)}");
            }
        );
        await server.WaitForShutdownAsync(ct);
        return ExitCode.Ok;
    }

    private static Uri AddressOf(string host, int port) =>
        port is < 0 or > 65535
            ? throw Refusal.Invalid($"--port {port} is not a port: 1 to 65535, or 0 for any free one.")
        : Uri.CheckHostName(host) == UriHostNameType.Unknown
            ? throw Refusal.Invalid($"--address '{host}' is not an address, such as 127.0.0.1.")
        : new UriBuilder("http", host, port).Uri;
}
