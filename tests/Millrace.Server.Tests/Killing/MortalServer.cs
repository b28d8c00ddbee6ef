using System.Globalization;
using Millrace.Api;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests.Killing;

/// <summary>A folder and a database that outlive the servers over them, which are killed.</summary>
public sealed class MortalServer : IAsyncLifetime
{
    private readonly TestDatabase database = new();
    private ServerProcess? process;
    private HttpClient http = new();

    public string Folder { get; } = Directory.CreateTempSubdirectory("millrace-mortal-").FullName;

    public MillraceClient Client { get; private set; } = null!;

    /// <summary>The writes that servers died before, or did, oldest first.</summary>
    public IReadOnlyList<string> Writes => File.Exists(WritesFile) ? File.ReadAllLines(WritesFile) : [];

    private string WritesFile => Path.Combine(Folder, "writes.txt");

    public async ValueTask InitializeAsync() => await database.CreateAsync();

    /// <summary>Starts a server.</summary>
    /// <param name="killAfter">How many writes to the loop and to serving go well before it dies; null where it lives.</param>
    /// <returns>False where it died before it listened.</returns>
    public async Task<bool> StartAsync(int? killAfter = null)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["MILLRACE_Loop__Interval"] = "00:00:00.100",
            // Started so often, compiling well costs more than it saves.
            ["DOTNET_TieredPGO"] = "0",
            ["MILLRACE_DATABASE"] = database.ConnectionString ?? "",
        };
        if (killAfter is { } writes)
        {
            settings["DOTNET_STARTUP_HOOKS"] = typeof(MortalServer).Assembly.Location;
            settings[StartupHook.AfterVariable] = writes.ToString(CultureInfo.InvariantCulture);
            settings[StartupHook.WritesVariable] = WritesFile;
        }

        process = await ServerProcess.TryUpAsync(Path.Combine(Folder, ".millrace"), settings);
        http.Dispose();
        http = process is null ? new() : MillraceClient.Connect(process.Address, null, "tester");
        Client = new(http);
        return process is not null;
    }

    /// <summary>Waits for the end of a server that does not answer any more.</summary>
    public Task DeathAsync(CancellationToken ct) =>
        process!.WaitForExitAsync(ct).WaitAsync(TimeSpan.FromSeconds(20), ct);

    public Task KillAsync() => process!.KillAsync();

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (process is not null)
        {
            await process.DisposeAsync();
        }

        Directory.Delete(Folder, recursive: true);
        await database.DropAsync();
    }
}
