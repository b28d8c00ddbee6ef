using System.Reflection.PortableExecutable;
using Xunit;

namespace Millrace.Server.Tests;

/// <summary>Built for release, what each command waits for is not compiled at its start.</summary>
public sealed class PrecompiledTests
{
    [Theory]
    [InlineData("millrace.dll")]
    [InlineData("Millrace.Server.dll")]
    [InlineData("Microsoft.EntityFrameworkCore.dll")]
    public void What_a_command_waits_for_is_machine_code_already(string file)
    {
        var isRelease = AppContext.BaseDirectory.Contains("release", StringComparison.Ordinal);
        var isWanted = Environment.GetEnvironmentVariable("Precompile") is not "false";
        Assert.SkipUnless(isRelease && isWanted, "Not built for release, or without its machine code.");
        using var image = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, file)));

        Assert.NotEqual(0, image.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size);
    }
}
