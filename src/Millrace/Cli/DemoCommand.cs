using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using Millrace.Api;
using Millrace.Demo;
using Millrace.Hosting;

namespace Millrace.Cli;

/// <summary>A video service whose subscribers' tastes shift overnight, in accelerated time, told as it happens.</summary>
internal static class DemoCommand
{
    private static readonly Option<bool> Once = new("--once")
    {
        Description = "End when the story is told, instead of leaving the screens up.",
    };

    private static readonly Option<bool> NoShift = new("--no-shift")
    {
        Description = "Nothing happens: to see that nothing is retrained on harm then.",
    };

    private static readonly Option<int> Seed = new("--seed")
    {
        Description = "Another seed is another video service.",
        DefaultValueFactory = _ => 1,
    };

    public static Command Create()
    {
        var command = new Command(
            "demo",
            "Simulate a video service whose subscribers' tastes shift, and watch its loop notice, retrain and recover. Needs no data and no server."
        )
        {
            Once,
            NoShift,
            Seed,
        };
        command.SetAction((parsed, ct) => Verb.GuardAsync(() => RunAsync(parsed, ct)));
        return command.Example("millrace demo", "millrace demo --once --json", "millrace demo --no-shift --seed 7");
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        var output = new Output(parsed.GetValue(CommonOptions.Json));
        var stage = Directory.CreateTempSubdirectory("millrace-demo-").FullName;
        try
        {
            var clock = new SimulatedClock(VideoService.FirstDay.AddDays(DemoStory.FirstLiveDay));
            await using var server = await StartAsync(stage, clock, ct);
            using var http = MillraceClient.Connect(server.Address, null, "demo");
            output.Line($"Look over its shoulder: [link]{server.Address}[/]");
            var result = await TellAsync(parsed, new MillraceClient(http), clock, stage, output, ct);
            output.Result(result, () => Tell(result, output));
            if (!parsed.GetValue(Once) && !output.IsJson)
            {
                output.Line($"Look around: [link]{server.Address}[/]   (Ctrl+C ends)");
                await server.WaitForShutdownAsync(ct);
            }

            return ExitCode.Ok;
        }
        finally
        {
            Directory.Delete(stage, recursive: true);
        }
    }

    private static async Task<DemoResult> TellAsync(
        ParseResult parsed,
        MillraceClient client,
        SimulatedClock clock,
        string stage,
        Output output,
        CancellationToken ct
    )
    {
        var watch = Stopwatch.StartNew();
        var seed = parsed.GetValue(Seed);
        var service = new VideoService(DemoStory.Viewers, seed);
        long rows;
        await using (var file = new StreamWriter(Path.Combine(stage, "views.csv")))
        {
            rows = service.Write(file, DemoStory.FirstLiveDay);
        }

        Say(
            DemoStory.FirstLiveDay,
            $"{rows:N0} views of {DemoStory.Viewers:N0} simulated viewers are the first month's data."
        );
        await using var yaml = typeof(DemoCommand).Assembly.GetManifestResourceStream("demo-loop.yaml")!;
        using var reader = new StreamReader(yaml);
        var applied = await client.ApplyAsync(new(await reader.ReadToEndAsync(ct), stage), ct);
        var loop = await LoopProgress.FollowAsync(client, applied.Loop, output, ct);
        LoopProgress.DemandNotFailed(loop);
        foreach (var told in loop.Stages.Where(s => s.State == StageState.Done))
        {
            Say(DemoStory.FirstLiveDay, $"{told.Name}: {told.Headline} {told.Message}");
        }

        var shift = parsed.GetValue(NoShift) ? (int?)null : DemoStory.ShiftDay;
        var result = await new DemoStory(client, clock, service, shift, Say).RunAsync(ct);
        return result with { Seed = seed, Seconds = Math.Round(watch.Elapsed.TotalSeconds, 1) };

        void Say(int day, string text) => output.Line($"[grey]day {day, 3}[/]  {text}");
    }

    /// <summary>A server of its own over a folder of its own, on the usual port where that is free.</summary>
    private static Task<MillraceServer> StartAsync(string folder, SimulatedClock clock, CancellationToken ct) =>
        MillraceServer.StartAsync(
            new()
            {
                Folder = folder,
                Address = new($"http://127.0.0.1:{(IsFree(HostSettings.DefaultPort) ? HostSettings.DefaultPort : 0)}"),
                LogToConsole = false,
                Time = clock,
                Configuration = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    // A day goes by in a second: who looks twice a second would be half a day late.
                    ["Loop:Interval"] = "00:00:00.100",
                    ["Jobs:MaxConcurrent"] = "2",
                },
            },
            ct
        );

    private static bool IsFree(int port) =>
        !Array.Exists(
            IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners(),
            l => l.Port == port && (IPAddress.IsLoopback(l.Address) || l.Address.Equals(IPAddress.Any))
        );

    private static void Tell(DemoResult result, Output output)
    {
        Output.Table(
            ["", ""],
            [
                ["hit rate before", Output.Metric(result.HitRateBefore)],
                ["at its worst", Output.Metric(result.HitRateAtWorst)],
                ["at the end", Output.Metric(result.HitRateAfter)],
                ["at the end, never retrained", Output.Metric(result.NeverRetrainAfter)],
                ["shift, detected, promoted, recovered", Days(result)],
                ["false alarms before", Output.Count(result.FalseAlarmsBeforeShift)],
                ["retrainings", Output.Count(result.Retrainings)],
            ]
        );
        output.Line($"[grey]{result.Seconds:0} s, seed {result.Seed}[/]");
    }

    private static string Days(DemoResult result) =>
        string.Join(
            ", ",
            new[] { result.ShiftDay, result.DetectedDay, result.PromotedDay, result.RecoveredDay }.Select(d =>
                d is { } day ? Output.Count(day) : "–"
            )
        );
}
