using System.Diagnostics;
using Millrace.Testing;
using Xunit;

namespace Millrace.Tests.House;

public sealed class ScriptTests
{
    [Fact]
    public async Task The_script_finds_its_repository_through_a_link()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script is for bash.");
        var folder = Directory.CreateTempSubdirectory("millrace-script-").FullName;
        var repository = Path.Combine(folder, "repository");
        // A repository in which nothing is stale: the script has nothing to build.
        Directory.CreateDirectory(Path.Combine(repository, "src"));
        File.WriteAllText(Path.Combine(repository, "global.json"), "{}");
        File.WriteAllText(Path.Combine(repository, "Directory.Build.props"), "");
        File.Copy(Path.Combine(SharedData.Root, "millrace"), Path.Combine(repository, "millrace"));
        var binary = Path.Combine(repository, "artifacts", "bin", "Millrace", "release", "millrace");
        Directory.CreateDirectory(Path.GetDirectoryName(binary)!);
        // A copy may be executed as its original may.
        File.Copy(Path.Combine(repository, "millrace"), binary);
        await File.WriteAllTextAsync(binary, "#!/bin/sh\necho found \"$@\"\n", TestContext.Current.CancellationToken);
        File.WriteAllText(Path.Combine(repository, "artifacts", ".built"), "");
        Directory.CreateDirectory(Path.Combine(folder, "bin"));
        File.CreateSymbolicLink(Path.Combine(folder, "bin", "absolute"), Path.Combine(repository, "millrace"));
        File.CreateSymbolicLink(Path.Combine(folder, "bin", "relative"), Path.Combine("..", "bin", "absolute"));

        var start = new ProcessStartInfo(Path.Combine(folder, "bin", "relative"), ["status"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var script = Process.Start(start)!;

        Assert.Equal(
            "found status\n",
            await script.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)
        );
        Directory.Delete(folder, recursive: true);
    }
}
