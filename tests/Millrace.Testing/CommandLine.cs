using System.Diagnostics;
using System.Text.Json;

namespace Millrace.Testing;

/// <summary>The real command line in a process of its own, as a person or a script starts it.</summary>
public static class CommandLine
{
    /// <param name="server">The server that MILLRACE_URL names to it; with none the command looks for itself.</param>
    /// <param name="arguments">The verb and what follows it.</param>
    /// <param name="ct">Ends the process.</param>
    public static Task<CommandResult> RunAsync(
        ServerFixture? server,
        IReadOnlyList<string> arguments,
        CancellationToken ct
    ) => RunInAsync([("MILLRACE_URL", server?.Http.BaseAddress!.ToString())], arguments, ct);

    /// <param name="variables">What its environment has beside that of the test; null takes one away.</param>
    /// <param name="arguments">The verb and what follows it.</param>
    /// <param name="ct">Ends the process.</param>
    /// <param name="inputEnds">When its standard input, in which there is nothing, comes to an end; null: it has that of the test.</param>
    public static async Task<CommandResult> RunInAsync(
        IReadOnlyList<(string Name, string? Value)> variables,
        IReadOnlyList<string> arguments,
        CancellationToken ct,
        Task? inputEnds = null
    )
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = inputEnds is not null,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "millrace.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(ct);
            var error = process.StandardError.ReadToEndAsync(ct);
            if (inputEnds is not null)
            {
                await inputEnds.WaitAsync(ct);
                process.StandardInput.Close();
            }

            await process.WaitForExitAsync(ct);
            return new(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}

/// <summary>What a command came to.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>What --json printed.</summary>
    public T Json<T>() => JsonSerializer.Deserialize<T>(Output, Millrace.Core.Json.Options)!;
}
