using System.Diagnostics;

namespace Millrace.Jobs;

/// <summary>How this very binary is started again as a child, with all its streams in our hands.</summary>
internal static class MillraceProgram
{
    public static ProcessStartInfo Start(params ReadOnlySpan<string> arguments)
    {
        var start = new ProcessStartInfo
        {
            FileName = Program(out var first),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (first is not null)
        {
            start.ArgumentList.Add(first);
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    /// <summary>The binary itself; under a test runner or <c>dotnet run</c>, the one that lies beside this assembly.</summary>
    private static string Program(out string? first)
    {
        first = null;
        var name = OperatingSystem.IsWindows() ? "millrace.exe" : "millrace";
        if (string.Equals(Path.GetFileName(Environment.ProcessPath), name, StringComparison.OrdinalIgnoreCase))
        {
            return Environment.ProcessPath!;
        }

        first = Path.Combine(AppContext.BaseDirectory, "millrace.dll");
        return "dotnet";
    }
}
