using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Millrace.Engine.Ingest;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests;

/// <summary>
/// The whole of Millrace is killed while it ingests, at instants spread over reading, writing and committing. What is left
/// must be the old version or the new one, whole; and the same command again must bring the new one.
/// </summary>
public sealed class IngestKillTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("millrace-kill-").FullName;

    /// <summary>How often it is killed; MILLRACE_KILLS asks for more.</summary>
    private static int Kills =>
        int.TryParse(Environment.GetEnvironmentVariable("MILLRACE_KILLS"), CultureInfo.InvariantCulture, out var n) ? n
        : SlowProofs.AreAskedFor ? 10
        : 3;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_kill_leaves_the_old_version_or_the_new_one()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Kills with SIGKILL.");
        var watch = Stopwatch.StartNew();
        var before = await IngestAsync(Csv(0));
        var first = watch.Elapsed;
        var outcomes = new List<string>();
        for (var i = 1; i <= Kills; i++)
        {
            var file = Csv(i);
            await KillAsync(file, first * (0.35 + (0.75 * i / Kills)));
            var after = await NewestAsync();
            Assert.InRange(after.Version - before.Version, 0, 1);
            Assert.Equal((after.Version == before.Version) ? before.Hash : after.Hash, after.Hash);
            outcomes.Add(after.Version == before.Version ? "old" : "new");

            var rerun = await IngestAsync(file);
            Assert.Equal(before.Version + 1, rerun.Version);
            Assert.Equal((i + 1) * 20_000L, rerun.Rows);
            before = rerun;
        }

        Assert.Equal(before, await NewestAsync());
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(' ', outcomes));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string Csv(int seed)
    {
        var path = Path.Combine(folder, $"{seed}.csv");
        File.WriteAllLines(path, Enumerable.Range(0, 20_000).Select(i => $"{seed},{i},text {i}").Prepend("seed,i,t"));
        return path;
    }

    private async Task<(int Version, long Rows, string Hash)> IngestAsync(string file)
    {
        using var told = JsonDocument.Parse(await RunAsync(["data", "ingest", "killed", file, "--json"]));
        return (
            told.RootElement.GetProperty("version").GetInt32(),
            told.RootElement.GetProperty("rows").GetInt64(),
            told.RootElement.GetProperty("hash").GetString()!
        );
    }

    /// <summary>What a fresh Millrace says, held against the files: log, manifest and every byte of the data.</summary>
    private async Task<(int Version, long Rows, string Hash)> NewestAsync()
    {
        var dataset = Path.Combine(folder, "m", "objects", "datasets", "killed");
        var before = Logged(dataset);
        using var shown = JsonDocument.Parse(await RunAsync(["data", "show", "killed", "--json"]));
        var version = shown.RootElement.GetProperty("number").GetInt32();
        if (before != Logged(dataset))
        {
            // The job that the kill left was finished by this very Millrace, before or after it answered.
            return await NewestAsync();
        }

        Assert.Equal(version, before);
        foreach (var file in shown.RootElement.GetProperty("files").EnumerateArray())
        {
            var path = Path.Combine(dataset, file.GetProperty("name").GetString()!);
            Assert.Equal(file.GetProperty("sha256").GetString(), FileHash.Of(path, Ct));
        }

        return (
            version,
            shown.RootElement.GetProperty("rows").GetInt64(),
            shown.RootElement.GetProperty("hash").GetString()!
        );
    }

    private static int Logged(string dataset) =>
        Directory.Exists(dataset) ? Directory.GetFiles(Path.Combine(dataset, "_delta_log"), "*.json").Length : 0;

    private async Task KillAsync(string file, TimeSpan after)
    {
        using var process = Start(["data", "ingest", "killed", file, "--json"]);
        using var timer = new PeriodicTimer(after, TimeProvider.System);
        await timer.WaitForNextTickAsync(Ct);
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(Ct);
    }

    private async Task<string> RunAsync(IReadOnlyList<string> arguments)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync(Ct);
        var error = process.StandardError.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        Assert.True(process.ExitCode == 0, await error);
        return await output;
    }

    private Process Start(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments.Prepend(Path.Combine(AppContext.BaseDirectory, "millrace.dll")))
        {
            start.ArgumentList.Add(argument);
        }

        start.ArgumentList.Add("--folder");
        start.ArgumentList.Add(Path.Combine(folder, "m"));
        return Process.Start(start)!;
    }
}
