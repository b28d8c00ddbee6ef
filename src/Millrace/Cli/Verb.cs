using System.CommandLine;
using Millrace.Core;

namespace Millrace.Cli;

/// <summary>What all verbs share: a session, one way to print, and errors as messages with an exit code.</summary>
internal static class Verb
{
    /// <summary>Gives a command its work against a server.</summary>
    public static Command Does(this Command command, Func<ParseResult, Session, Output, CancellationToken, Task> work)
    {
        command.Options.Add(CommonOptions.Url);
        command.Options.Add(CommonOptions.Folder);
        command.Options.Add(CommonOptions.Token);
        command.SetAction(
            (parsed, ct) =>
                GuardAsync(async () =>
                {
                    await using var session = await Session.OpenAsync(parsed, ct);
                    // What went wrong is said before the session ends, which may wait for others.
                    return await GuardAsync(async () =>
                    {
                        await work(parsed, session, new Output(parsed.GetValue(CommonOptions.Json)), ct);
                        return ExitCode.Ok;
                    });
                })
        );
        return command;
    }

    /// <summary>Turns what is thrown into a message on standard error and an exit code.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (RefusalException refusal)
        {
            return Complain(refusal.Message, ExitCode.Of(refusal.Kind));
        }
        catch (OperationCanceledException)
        {
            return Complain("Cancelled.", ExitCode.Cancelled);
        }
        catch (HttpRequestException ex)
        {
            return Complain($"The server cannot be reached or failed: {ex.Message}", ExitCode.Failed);
        }
        catch (Exception ex)
        {
            return Complain($"Millrace failed: {ex}", ExitCode.Failed);
        }
    }

    private static int Complain(string message, int code)
    {
        Output.Error(message);
        return code;
    }
}
