using System.Globalization;
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
        // Of different lengths, so that the one whose server it is ends while another still works.
        var sizes = new[] { 10, 400_000, 1000 };

        var done = await Task.WhenAll(
            sizes.Select((rows, i) => RunAsync("data", "ingest", $"numbers-{i}", Csv(i, rows), "--json"))
        );

        Assert.All(done, d => Assert.True(d.ExitCode == 0, d.Error));
        var listed = (await RunAsync("data", "list", "--json")).Json<IReadOnlyList<DatasetSummary>>();
        Assert.Equal(
            sizes.Select((rows, i) => ($"numbers-{i}", (long)rows)),
            listed.OrderBy(d => d.Name.Value, StringComparer.Ordinal).Select(d => (d.Name.Value, d.Rows))
        );
    }

    private Task<CommandResult> RunAsync(params string[] arguments) =>
        CommandLine.RunInAsync(
            [("MILLRACE_URL", null), ("MILLRACE_DATABASE", null), ("MILLRACE_FOLDER", Path.Combine(folder, "m"))],
            arguments,
            Ct
        );

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
}
