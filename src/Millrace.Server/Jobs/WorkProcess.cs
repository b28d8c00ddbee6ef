using System.Diagnostics;
using System.Text.Json;
using Millrace.Core;

namespace Millrace.Jobs;

/// <summary>How a child ended.</summary>
/// <param name="Refused">Set where it refused the work, with the reason.</param>
/// <param name="Crash">Set where it ended in any other way without a result, with what is known.</param>
internal sealed record WorkOutcome(string? Refused, string? Crash)
{
    public bool Succeeded => Refused is null && Crash is null;
}

/// <summary>
/// One <c>millrace work</c> child: started with the environment that native training needs, listened to line by line,
/// ended when its server ends (its standard input closes) or when it is cancelled.
/// </summary>
internal static class WorkProcess
{
    public static async Task<WorkOutcome> RunAsync(
        string folder,
        TimeSpan grace,
        Action<WorkEvent> onEvent,
        CancellationToken ct
    )
    {
        using var process = Start(folder);
        await using var log = new StreamWriter(Path.Combine(folder, WorkFiles.Log), append: true) { AutoFlush = true };
        var lines = new WorkLines(log, onEvent);
        var reading = Task.WhenAll(
            lines.ReadEventsAsync(process.StandardOutput),
            lines.ReadErrorsAsync(process.StandardError)
        );
        try
        {
            await process.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            await StopAsync(process, grace);
            await reading;
            await log.WriteLineAsync($"It was told to stop{lines.At}.");
            throw;
        }

        await reading;
        if (process.ExitCode == 0 && File.Exists(Path.Combine(folder, WorkFiles.Result)))
        {
            return new(null, null);
        }

        if (lines.Refused is { } refused)
        {
            return new(refused, null);
        }

        var crash = Describe(process.ExitCode, lines.LastErrors);
        await log.WriteLineAsync($"{crash} It ended{lines.At}.");
        return new(null, crash);
    }

    private static Process Start(string folder)
    {
        var start = MillraceProgram.Start("work", folder);
        // LightGBM's OpenMP threads spin while they wait, which on shared cores costs up to 25 times the training itself.
        start.Environment["OMP_WAIT_POLICY"] = "passive";
        start.Environment["GOMP_SPINCOUNT"] = "0";
        return Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
    }

    private static async Task StopAsync(Process process, TimeSpan grace)
    {
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(grace);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static string Describe(int exitCode, string lastErrors)
    {
        var how = exitCode > 128 ? $"was ended by signal {exitCode - 128}" : $"ended with exit code {exitCode}";
        return $"The work process {how} before it had a result. {lastErrors}".TrimEnd();
    }

    private sealed class WorkLines(StreamWriter log, Action<WorkEvent> onEvent)
    {
        private const int Kept = 5;
        private readonly Queue<string> errors = new();
        private string doing = "";

        public string? Refused { get; private set; }

        /// <summary>How far it came, to end a sentence of the log with.</summary>
        public string At => doing.Length > 0 ? $" at: {doing}" : "";

        public string LastErrors => string.Join(Environment.NewLine, errors);

        public async Task ReadEventsAsync(StreamReader output)
        {
            while (await output.ReadLineAsync(CancellationToken.None) is { } line)
            {
                var said = Parse(line);
                Refused ??= said.Refused;
                if ((said.Log ?? said.Refused ?? NewStage(said.Progress?.Doing)) is { } text)
                {
                    Write(text);
                }

                onEvent(said);
            }
        }

        public async Task ReadErrorsAsync(StreamReader error)
        {
            while (await error.ReadLineAsync(CancellationToken.None) is { } line)
            {
                Write(line);
                if (IsFrame(line))
                {
                    continue;
                }

                errors.Enqueue(line);
                if (errors.Count > Kept)
                {
                    errors.Dequeue();
                }
            }
        }

        /// <summary>What it does now, where that is something else than before and not only the next number of the same.</summary>
        private string? NewStage(string? now)
        {
            var before = doing;
            doing = now ?? before;
            return string.Equals(Stage(before), Stage(doing), StringComparison.Ordinal) ? null : doing;
        }

        private static string Stage(string doing) =>
            doing.TrimEnd(' ', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9');

        /// <summary>A line of a stack trace: for the log, where it would push out the message that it belongs to.</summary>
        private static bool IsFrame(string line) =>
            line.StartsWith("   ", StringComparison.Ordinal) || line.StartsWith("--- End", StringComparison.Ordinal);

        /// <summary>Native libraries write to standard output too: what is not one of our lines is a line of the log.</summary>
        private static WorkEvent Parse(string line)
        {
            try
            {
                return line.StartsWith('{')
                    ? JsonSerializer.Deserialize<WorkEvent>(line, Json.Options) ?? new()
                    : new WorkEvent { Log = line };
            }
            catch (JsonException)
            {
                return new WorkEvent { Log = line };
            }
        }

        private void Write(string line)
        {
            lock (log)
            {
                log.WriteLine(line);
            }
        }
    }
}
