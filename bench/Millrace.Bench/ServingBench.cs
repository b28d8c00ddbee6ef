using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Millrace.Testing;

namespace Millrace.Bench;

/// <summary>
/// Predictions a second through HTTP, every one on the disk before it is answered, beside a bare Kestrel that reads and writes
/// the same JSON. Two processes that stay, loaded in turn by wrk with varied bodies over 64 connections.
/// </summary>
internal static partial class ServingBench
{
    private const string VisitBody =
        """string.format('{"age":%.1f,"region":"%s","clicks":%d,"member":%s}', 18 + math.random() * 60, ({"north","south","east","west"})[math.random(4)], math.random(30), math.random(2) == 1 and "true" or "false")""";

    private const string MovieBody = """string.format('{"user_id":%d}', math.random(400))""";

    public static async Task<int> RunAsync(string[] args)
    {
        if (!Machine.Has("wrk"))
        {
            Console.Error.WriteLine("The load comes from wrk, which is not here: apt-get install wrk.");
            return 2;
        }

        var repeat = int.Parse(args.Length > 0 ? args[0] : "5", CultureInfo.InvariantCulture);
        var seconds = args.Length > 1 ? args[1] : "5";
        await using var folder = await ServingFolder.CreateAsync();
        await using var ours = await ServerProcess.UpAsync(folder.Root);
        await using var echo = await EchoServer.StartAsync();
        var report = new StringBuilder();
        report.AppendLine("# Predictions through HTTP, logged before they are answered\n");
        report.AppendLine(CultureInfo.InvariantCulture, $"{Machine.Describe()}, commit {Machine.Commit()}.\n");
        report.AppendLine(
            CultureInfo.InvariantCulture,
            $"`dotnet run --project bench/Millrace.Bench -c Release -- serving {repeat} {seconds}`: wrk, 1 thread, 64 connections, 2,000 different bodies, {seconds} s a run, by turns, medians of {repeat} runs; servers and wrk share the cores, so the ratio is the result.\n"
        );
        report.AppendLine(
            "| what | bare echo /s | predictions /s | ratio | p50 ms | p99 ms | with a canary of 25 % /s | canary / none | errors |"
        );
        report.AppendLine("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (
            var (title, endpoint, body) in new[]
            {
                ("classifier, 100 trees, 4 inputs", "visits", VisitBody),
                ("recommender, 10 items", "movies", MovieBody),
            }
        )
        {
            var script = Path.Combine(folder.Root, endpoint + ".lua");
            await File.WriteAllTextAsync(script, Script(body));
            var predict = new Uri(ours.Address, $"predict/{endpoint}");
            var bare = new Uri(echo.Address, endpoint);
            // Warm: tiered compilation replaces the first code after some seconds of load.
            await LoadAsync(bare, script, "3");
            await LoadAsync(predict, script, "5");
            var shared = new Uri(ours.Address, $"predict/{endpoint}-canary");
            await LoadAsync(shared, script, "3");
            var canary = new List<Load>();
            var plain = new List<Load>();
            var logged = new List<Load>();
            for (var i = 0; i < repeat; i++)
            {
                plain.Add(await LoadAsync(bare, script, seconds));
                logged.Add(await LoadAsync(predict, script, seconds));
                canary.Add(await LoadAsync(shared, script, seconds));
                Console.WriteLine(
                    $"{title}: {plain[^1].Rate:N0} {logged[^1].Rate:N0} {logged[^1].Rate / plain[^1].Rate:0.00}"
                );
            }

            var cost = Machine.Median(logged.Zip(canary, (l, c) => c.Rate / l.Rate));
            var ratio = Machine.Median(plain.Zip(logged, (p, l) => l.Rate / p.Rate));
            report.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {title} | {Machine.Median(plain.Select(p => p.Rate)):N0} | {Machine.Median(logged.Select(l => l.Rate)):N0} | {ratio:0.00} | {Machine.Median(logged.Select(l => l.P50)):0.00} | {Machine.Median(logged.Select(l => l.P99)):0.00} | {Machine.Median(canary.Select(c => c.Rate)):N0} | {cost:0.00} | {logged.Sum(l => l.Errors) + canary.Sum(c => c.Errors)} |"
            );
        }

        Console.WriteLine(report);
        await File.WriteAllTextAsync(Path.Combine(Machine.Root, "bench", "results", "serving.md"), report.ToString());
        return 0;
    }

    private sealed record Load(double Rate, double P50, double P99, long Errors);

    private static string Script(string body) =>
        $$"""
            local bodies = {}
            local n = 0
            init = function()
              math.randomseed(42)
              wrk.method = "POST"
              wrk.headers["Content-Type"] = "application/json"
              for i = 1, 2000 do bodies[i] = wrk.format(nil, nil, nil, {{body}}) end
            end
            request = function() n = n % #bodies + 1; return bodies[n] end
            """;

    private static async Task<Load> LoadAsync(Uri address, string script, string seconds)
    {
        var start = new ProcessStartInfo(
            "wrk",
            ["-t1", "-c64", $"-d{seconds}s", "--latency", "-s", script, address.ToString()]
        )
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var wrk = Process.Start(start)!;
        var output = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        return new(
            double.Parse(Rate().Match(output).Groups[1].Value, CultureInfo.InvariantCulture),
            Milliseconds(P50().Match(output)),
            Milliseconds(P99().Match(output)),
            Failed().Match(output) is { Success: true } failed
                ? long.Parse(failed.Groups[1].Value, CultureInfo.InvariantCulture)
                : 0
        );
    }

    private static double Milliseconds(Match match) =>
        double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
        * match.Groups[2].Value switch
        {
            "us" => 0.001,
            "s" => 1000,
            _ => 1,
        };

    [GeneratedRegex(@"Requests/sec:\s+(?<value>[\d.]+)", RegexOptions.None, 1000)]
    private static partial Regex Rate();

    [GeneratedRegex(@"50%\s+(?<value>[\d.]+)(?<unit>us|ms|s)", RegexOptions.None, 1000)]
    private static partial Regex P50();

    [GeneratedRegex(@"99%\s+(?<value>[\d.]+)(?<unit>us|ms|s)", RegexOptions.None, 1000)]
    private static partial Regex P99();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (?<value>\d+)", RegexOptions.None, 1000)]
    private static partial Regex Failed();
}
