using System.Diagnostics;
using System.Text;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests.Tutorials;

/// <summary>
/// Tutorials and how-tos as they stand: the commands of a page are typed into one bash in a fresh folder, with the binary under
/// test, and what it shows must be what they print.
/// </summary>
public sealed class TutorialTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private readonly string folder = Directory.CreateTempSubdirectory("millrace-tutorial-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>
    /// Every page with a bash block, of the tutorials and, among the slow proofs, of the how-tos; what a page shows as sh is left
    /// to its reader.
    /// </summary>
    public static TheoryData<string> Pages() =>
        [
            .. (SlowProofs.AreAskedFor ? new[] { "docs/tutorials", "docs/howto" } : ["docs/tutorials"])
                .SelectMany(f => Directory.EnumerateFiles(Path.Combine(SharedData.Root, f), "*.md"))
                .Where(f => File.ReadLines(f).Contains("```bash", StringComparer.Ordinal))
                .Select(f => Path.GetRelativePath(SharedData.Root, f).Replace('\\', '/'))
                .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_runs_as_it_stands_and_prints_what_it_shows(string file)
    {
        var database = new TestDatabase();
        await database.CreateAsync();
        try
        {
            var markdown = await File.ReadAllTextAsync(Path.Combine(SharedData.Root, file), Ct);
            var complaint = await RunAsync(new(file, markdown), database.ConnectionString ?? "", Limit);
            Assert.True(complaint is null, complaint);
        }
        finally
        {
            await database.DropAsync();
        }
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("two three\nfour", null)]
    [InlineData("t… three", null)]
    [InlineData("four\ntwo three", "p:5 promises\ntwo three\nbut the block at p:1 printed:\none\ntwo   three\nfour")]
    [InlineData("two", "p:5 promises\ntwo\nbut the block at p:1 printed:\none\ntwo   three\nfour")]
    public async Task A_page_keeps_its_promises_line_by_line_or_is_told_which_it_does_not(
        string text,
        string? complaint
    )
    {
        var page = new TutorialPage(
            "p",
            $"```bash\necho one\necho 'two   three' >&2; echo four\n```\n```text\n{text}\n```\n"
        );

        Assert.Equal(complaint, await RunAsync(page, "", Limit));
    }

    [Fact]
    public async Task A_command_that_fails_is_named_with_what_it_printed_and_ends_the_page()
    {
        var page = new TutorialPage(
            "p",
            "```bash\necho one\n```\nand\n```bash\necho two; false | true\necho three\n```\n"
        );

        Assert.Equal("Exit code 1 in the block at p:5, which printed:\ntwo", await RunAsync(page, "", Limit));
    }

    [Theory]
    [InlineData("true", "p leaves running:\n")]
    [InlineData("false", "Exit code 1 in the block at p:1, ")]
    [InlineData("wait", "No end after 00:00:02 in the block at p:1, ")]
    public async Task What_a_page_leaves_running_is_told_and_ended(string last, string complaint)
    {
        var page = new TutorialPage(
            "p",
            $"```bash\nbash -c 'echo $$ > pid; exec sleep 600' &\nuntil [ -s pid ]; do :; done\n{last}\n```\n"
        );

        Assert.StartsWith(complaint, await RunAsync(page, "", TimeSpan.FromSeconds(2)), StringComparison.Ordinal);
        await EndOfAsync(int.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "pid"), Ct), null));
    }

    [Theory]
    [InlineData("```yaml\nloop: x\n```\n", "p:1 is neither bash nor text: 'yaml'.")]
    [InlineData("# Title\n```bash\necho one\n", "The block at p:2 has no end.")]
    public void A_block_that_would_not_be_run_is_refused(string markdown, string why) =>
        Assert.Equal(why, Assert.Throws<FormatException>(() => new TutorialPage("p", markdown)).Message);

    /// <returns>The page's complaint.</returns>
    private async Task<string?> RunAsync(TutorialPage page, string database, TimeSpan limit)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The pages are written for bash.");
        await StandInAsync();
        var script = Path.Combine(folder, "page.sh");
        await File.WriteAllTextAsync(script, page.Script(), Ct);
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", script])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["HOME"] = folder;
        start.Environment["MILLRACE_DATABASE"] = database;
        foreach (var other in new[] { "MILLRACE_URL", "MILLRACE_FOLDER", "MILLRACE_TOKEN" })
        {
            start.Environment.Remove(other);
        }

        using var timeout = new CancellationTokenSource(limit, TimeProvider.System);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, Ct);
        var printed = new StringBuilder();
        using var bash = Process.Start(start)!;
        try
        {
            while (await bash.StandardOutput.ReadLineAsync(end.Token) is { } line)
            {
                printed.Append(line).Append('\n');
            }

            await bash.WaitForExitAsync(end.Token);
            return page.ComplaintAbout(printed.ToString(), bash.ExitCode == 0 ? null : $"Exit code {bash.ExitCode}");
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return page.ComplaintAbout(printed.ToString(), $"No end after {limit}");
        }
        finally
        {
            bash.Kill(entireProcessTree: true);
            await bash.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>The end of a process that others started; it may have been long ago.</summary>
    private static async Task EndOfAsync(int id)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        try
        {
            using var process = Process.GetProcessById(id);
            await process.WaitForExitAsync(limit.Token);
        }
        catch (ArgumentException)
        {
            // There is none of that id any more.
        }
    }

    /// <summary>The folder stands in for the repository: as there, ./millrace runs the binary, here the one under test.</summary>
    private async Task StandInAsync()
    {
        var path = Path.Combine(folder, "millrace");
        var binary = Path.Combine(AppContext.BaseDirectory, "millrace.dll");
        await File.WriteAllTextAsync(path, $"#!/usr/bin/env bash\nexec dotnet '{binary}' \"$@\"\n", Ct);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
