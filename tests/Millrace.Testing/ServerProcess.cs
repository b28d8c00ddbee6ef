using System.Diagnostics;
using System.Text.Json;

namespace Millrace.Testing;

/// <summary>A server in a process of its own, so that it can be measured, and killed.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process process;

    private ServerProcess(Process process, Uri address)
    {
        this.process = process;
        Address = address;
    }

    public Uri Address { get; }

    /// <summary>What the process holds of the machine's memory, in megabytes.</summary>
    public double ResidentMegabytes
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64 / 1e6;
        }
    }

    /// <summary>The real binary over a folder, on a free port of loopback.</summary>
    /// <param name="folder">The root folder.</param>
    /// <param name="settings">Variables of its environment.</param>
    /// <returns>Null where it ended before it listened.</returns>
    public static Task<ServerProcess?> TryUpAsync(
        string folder,
        IReadOnlyDictionary<string, string>? settings = null
    ) =>
        TryStartAsync(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "millrace.dll"), "up", "--port", "0", "--folder", folder, "--json"],
            line => line.StartsWith('{') ? JsonElement.Parse(line).GetProperty("url").Deserialize<Uri>() : null,
            settings
        );

    public static async Task<ServerProcess> UpAsync(
        string folder,
        IReadOnlyDictionary<string, string>? settings = null
    ) =>
        await TryUpAsync(folder, settings)
        ?? throw new InvalidOperationException("The server ended before it listened.");

    /// <param name="program">What is started.</param>
    /// <param name="arguments">Of the program.</param>
    /// <param name="addressOf">The address that a line of its output says it listens at; null for any other line.</param>
    /// <param name="settings">Variables of its environment.</param>
    public static async Task<ServerProcess?> TryStartAsync(
        string program,
        string[] arguments,
        Func<string, Uri?> addressOf,
        IReadOnlyDictionary<string, string>? settings = null
    )
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var (key, value) in settings ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[key] = value;
        }

        var started = Process.Start(start)!;
        while (await started.StandardOutput.ReadLineAsync() is { } line)
        {
            if (addressOf(line) is { } address)
            {
                return new(started, address);
            }
        }

        await started.WaitForExitAsync();
        started.Dispose();
        return null;
    }

    public Task WaitForExitAsync(CancellationToken ct) => process.WaitForExitAsync(ct);

    /// <summary>SIGKILL, and its end.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process.Dispose();
    }
}
