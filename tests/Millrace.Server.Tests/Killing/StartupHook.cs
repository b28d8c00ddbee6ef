using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore.Diagnostics;

/// <summary>
/// Runs inside a real server before its Main (DOTNET_STARTUP_HOOKS names this assembly) and kills the process with SIGKILL just
/// before a write to the tables of the loop and of serving: everything that led to the write is done, and the write is not.
/// The runtime asks for this name, outside of any namespace.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "MA0047", Justification = "The runtime asks for it.")]
internal static partial class StartupHook
{
    /// <summary>The file that gets a line for each write.</summary>
    public const string WritesVariable = "MILLRACE_KILL_WRITES";

    /// <summary>How many writes go well before the one that kills; none where it is not set.</summary>
    public const string AfterVariable = "MILLRACE_KILL_AFTER";

    private static readonly ManualResetEventSlim Never = new();
    private static readonly Lock Writing = new();
    private static string writes = "";
    private static int left;
    private static Guid transaction;

    public static void Initialize()
    {
        writes = Environment.GetEnvironmentVariable(WritesVariable)!;
        left = int.Parse(
            Environment.GetEnvironmentVariable(AfterVariable)!,
            System.Globalization.CultureInfo.InvariantCulture
        );
        // Children of the server, which train, live.
        Environment.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", null);
        DiagnosticListener.AllListeners.Subscribe(new Listeners());
    }

    private static void OnCommand(string sql, Guid? within)
    {
        foreach (Match write in Write().Matches(sql))
        {
            var columns = string.Join(
                ',',
                Column().Matches(write.Groups["set"].Value).Select(c => c.Groups["name"].Value)
            );
            // A look that changes nothing is no transition: there is one every second.
            if (columns is "Looks,Evidence")
            {
                continue;
            }

            lock (Writing)
            {
                File.AppendAllText(writes, $"{write.Groups["table"].Value} {columns}".TrimEnd() + Environment.NewLine);
                // What is written in one transaction is one transition.
                if (within is { } same && same == transaction)
                {
                    continue;
                }

                transaction = within ?? Guid.Empty;
                if (left-- == 0)
                {
                    Process.GetCurrentProcess().Kill();
                    Never.Wait();
                }
            }
        }
    }

    [GeneratedRegex(
        """(INSERT INTO|UPDATE) "?(?<table>loop_retrainings|serving_rollouts|serving_deployments|serving_endpoints)"?(\s+AS "?\w+"?)?\s*(SET (?<set>.*?)(?=WHERE|;|$))?""",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Write();

    [GeneratedRegex("\"(?<name>\\w+)\" =", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Column();

    private sealed class Listeners : IObserver<DiagnosticListener>
    {
        public void OnNext(DiagnosticListener value)
        {
            if (value.Name is "Microsoft.EntityFrameworkCore")
            {
                value.Subscribe(new Commands());
            }
        }

        public void OnCompleted() { }

        public void OnError(Exception error) { }
    }

    private sealed class Commands : IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (
                value is
                { Key: "Microsoft.EntityFrameworkCore.Database.Command.CommandExecuting", Value: CommandEventData data }
            )
            {
                OnCommand(data.Command.CommandText, data.Context?.Database.CurrentTransaction?.TransactionId);
            }
        }

        public void OnCompleted() { }

        public void OnError(Exception error) { }
    }
}
