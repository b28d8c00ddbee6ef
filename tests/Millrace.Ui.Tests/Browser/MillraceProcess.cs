using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Millrace.Api;
using Xunit;

namespace Millrace.Ui.Tests.Browser;

/// <summary>The binary as a person starts it: a process of its own over a fresh folder, on a free port.</summary>
internal sealed class MillraceProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly HttpClient http;

    /// <summary>Read to its end, or the server would stand still once the pipe is full.</summary>
    private readonly Task<string> rest;

    private MillraceProcess(Process process, Uri address, string folder, string? token)
    {
        this.process = process;
        rest = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        (Address, Folder) = (address, folder);
        http = MillraceClient.Connect(address, token, "ada");
        Client = new MillraceClient(http);
    }

    public Uri Address { get; }

    public string Folder { get; }

    public MillraceClient Client { get; }

    public static async Task<MillraceProcess> StartAsync(string? token, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("millrace-screens-").FullName;
        var start = new ProcessStartInfo(Binary())
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = folder,
        };
        string[] arguments = ["up", "--port", "0", "--folder", Path.Combine(folder, ".millrace"), "--json"];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Remove("MILLRACE_URL");
        start.Environment.Remove("MILLRACE_DATABASE");
        start.Environment["MILLRACE_TOKEN"] = token ?? "";
        var started = Process.Start(start)!;
        try
        {
            return new MillraceProcess(started, await AddressAsync(started, ct), folder, token);
        }
        catch
        {
            started.Kill(entireProcessTree: true);
            started.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None);
        // Whatever it started holds the other end of the pipe; one that outlives it must not hold up the tests.
        await rest.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, CancellationToken.None);
        process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>The log is on the same stream; the announcement is the line that is a JSON object.</summary>
    private static async Task<Uri> AddressAsync(Process process, CancellationToken ct)
    {
        var said = new StringBuilder();
        while (await process.StandardOutput.ReadLineAsync(ct) is { } line)
        {
            if (line.StartsWith('{'))
            {
                using var json = JsonDocument.Parse(line);
                return new Uri(json.RootElement.GetProperty("url").GetString()!);
            }

            said.AppendLine(line);
        }

        throw new InvalidOperationException($"The server did not come up:\n{said}");
    }

    /// <summary>Beside this project's own output; it is built with the solution.</summary>
    private static string Binary()
    {
        var name = OperatingSystem.IsWindows() ? "millrace.exe" : "millrace";
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var path = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../Millrace", configuration, name));
        Assert.True(File.Exists(path), $"{path} is not built: dotnet build -c Release.");
        return path;
    }
}
