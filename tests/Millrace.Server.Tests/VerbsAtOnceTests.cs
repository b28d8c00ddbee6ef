using System.Globalization;
using System.Text.Json;
using Millrace.Api;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests;

/// <summary>Commands on a folder that no server runs on: the first brings the server along, the others use it.</summary>
public sealed class VerbsAtOnceTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("millrace-verbs-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Commands_that_begin_together_where_no_server_runs_each_do_their_work()
    {
        var done = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => IngestAsync(i, Csv(i, 1000))));

        Assert.All(done, d => Assert.True(d.ExitCode == 0, d.Error));
        await AssertListedAsync(1000, 1000, 1000);
    }

    [Fact]
    public async Task The_command_whose_server_it_is_stays_until_the_others_are_done_and_more_may_come()
    {
        var input = new TaskCompletionSource();
        var host = RunAsync(input.Task, "outcome", "--input", "-", "--json");
        using var http = new HttpClient();
        // What every other command does while it is there.
        using var guest = await http.GetAsync(
            new Uri(await AnnouncedAsync(), "api/server/guest"),
            HttpCompletionOption.ResponseHeadersRead,
            Ct
        );
        input.SetResult();

        var more = await IngestAsync(0, Csv(0, 1000));

        Assert.True(more.ExitCode == 0, more.Error);
        Assert.False(host.IsCompleted, "It did not stay.");
        guest.Dispose();
        var ended = await host;
        Assert.True(ended.ExitCode == 0, ended.Error);
        Assert.Contains("Another command still uses this server", ended.Error, StringComparison.Ordinal);
        await AssertListedAsync(1000);
    }

    private async Task<Uri> AnnouncedAsync()
    {
        var file = Path.Combine(folder, "m", "server.json");
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        for (var looks = 0; !File.Exists(file); looks++)
        {
            Assert.True(looks < 3000, "It brought no server.");
            await timer.WaitForNextTickAsync(Ct);
        }

        return JsonElement.Parse(await File.ReadAllTextAsync(file, Ct)).GetProperty("address").Deserialize<Uri>()!;
    }

    private async Task AssertListedAsync(params long[] rows)
    {
        var listed = await RunAsync("data", "list", "--json");
        Assert.True(listed.ExitCode == 0, listed.Error);
        Assert.Equal(
            rows.Select((n, i) => ($"numbers-{i}", n)),
            listed
                .Json<IReadOnlyList<DatasetSummary>>()
                .OrderBy(d => d.Name.Value, StringComparer.Ordinal)
                .Select(d => (d.Name.Value, d.Rows))
        );
    }

    private Task<CommandResult> IngestAsync(int number, string file) =>
        RunAsync("data", "ingest", $"numbers-{number}", file, "--json");

    private string Csv(int number, int rows)
    {
        var path = Path.Combine(folder, $"{number}.csv");
        File.WriteAllLines(
            path,
            Enumerable
                .Range(0, rows)
                .Select(i => string.Create(CultureInfo.InvariantCulture, $"{i},{i * 7919L % 104_729}"))
                .Prepend("n,value")
        );
        return path;
    }

    private Task<CommandResult> RunAsync(params string[] arguments) => RunAsync(null, arguments);

    private Task<CommandResult> RunAsync(Task? inputEnds, params string[] arguments) =>
        CommandLine.RunInAsync(
            [("MILLRACE_URL", null), ("MILLRACE_DATABASE", null), ("MILLRACE_FOLDER", Path.Combine(folder, "m"))],
            arguments,
            Ct,
            inputEnds
        );
}
