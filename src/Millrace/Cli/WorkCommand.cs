using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Millrace.Core;
using Millrace.Engine.Work;
using Millrace.Jobs;

namespace Millrace.Cli;

/// <summary>The child's side of a job: reads the order in a folder, does the work, and tells of it on standard output.</summary>
internal static class WorkCommand
{
    private static readonly Argument<string> Folder = new("job-folder") { Description = "The job's folder." };

    public static Command Create()
    {
        var command = new Command("work", "Do one job in this process. The server starts it; people need not.")
        {
            Folder,
        };
        command.Hidden = true;
        command.SetAction((parsed, ct) => RunAsync(parsed.GetValue(Folder)!, ct));
        return command;
    }

    private static async Task<int> RunAsync(string folder, CancellationToken ct)
    {
        var sink = new StdoutSink();
        using var orphaned = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _ = WatchParentAsync(orphaned);
        TellMemory(sink);
        using var memory = new Timer(_ => TellMemory(sink), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        try
        {
            var text = await File.ReadAllTextAsync(Path.Combine(folder, WorkFiles.Spec), orphaned.Token);
            var order = JsonSerializer.Deserialize<WorkOrder>(text, Json.Options)!;
            var report = await WorkKinds.RunAsync(order, sink, orphaned.Token);
            await Durable.WriteJsonAsync(Path.Combine(folder, WorkFiles.Result), report, orphaned.Token);
            return ExitCode.Ok;
        }
        catch (RefusalException refusal)
        {
            sink.Write(new() { Refused = refusal.Message });
            return ExitCode.Refused;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Cancelled;
        }
    }

    /// <summary>The server holds the other end of our standard input: when it closes, the server is gone or wants us to stop.</summary>
    private static async Task WatchParentAsync(CancellationTokenSource orphaned)
    {
        await using var input = Console.OpenStandardInput();
        var nothing = new byte[16];
        while (await input.ReadAsync(nothing, CancellationToken.None) > 0) { }

        await orphaned.CancelAsync();
        // Native work may not notice soon: nobody waits for its result, so it ends here.
        using var patience = new PeriodicTimer(TimeSpan.FromSeconds(3), TimeProvider.System);
        await patience.WaitForNextTickAsync(CancellationToken.None);
        Environment.Exit(ExitCode.Cancelled);
    }

    private static void TellMemory(StdoutSink sink)
    {
        using var process = Process.GetCurrentProcess();
        sink.Fact(WorkFacts.PeakMemoryBytes, process.PeakWorkingSet64.ToString(CultureInfo.InvariantCulture));
    }

    private sealed class StdoutSink : IWorkSink
    {
        private readonly Lock writing = new();

        public void Progress(double? done, string doing) => Write(new() { Progress = new(done, doing) });

        public void Metric(string key, double value, long step) => Write(new() { Metric = new(key, value, step) });

        public void Log(string line) => Write(new() { Log = line });

        public void Fact(string key, string value) => Write(new() { Fact = new(key, value) });

        public void Write(WorkEvent said)
        {
            var line = JsonSerializer.Serialize(said, Json.Options);
            lock (writing)
            {
                Console.Out.WriteLine(line);
                Console.Out.Flush();
            }
        }
    }
}
