using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Millrace.Api;
using Millrace.Core;
using Millrace.Testing;

namespace Millrace.Bench;

/// <summary>
/// Real replicas under a load of a fixed rate: from zero to several, through the death of one, and back to zero. Each
/// request is sent at its time, whether the last is answered or not.
/// </summary>
internal static class AutoscaleBench
{
    private const string Visit = """{"age":40,"region":"north","clicks":12,"member":true}""";

    private static readonly (double Seconds, int PerSecond)[] Phases = [(20, 30), (30, 150), (20, 30)];

    private static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal)
    {
        ["MILLRACE_Serving__Autoscaling__Interval"] = "00:00:00.500",
        ["MILLRACE_Serving__Autoscaling__StableWindow"] = "00:00:10",
        ["MILLRACE_Serving__Autoscaling__PanicWindow"] = "00:00:02",
        ["MILLRACE_Serving__Autoscaling__IdleGrace"] = "00:00:05",
        ["MILLRACE_Serving__Autoscaling__SimulatedLatency"] = "00:00:00.100",
    };

    public static async Task<int> RunAsync()
    {
        var ct = CancellationToken.None;
        var endpoint = new EndpointName("visits");
        await using var folder = await ServingFolder.CreateAsync();
        await using var server = await ServerProcess.UpAsync(folder.Root, Settings);
        using var http = MillraceClient.Connect(server.Address, null, "bench");
        var client = new MillraceClient(http);
        await client.ScaleAsync(endpoint, new(0, 4, 8, "a load test"), ct);

        var clock = Stopwatch.StartNew();
        var answers = new List<Task<(bool Ok, double Milliseconds)>>();
        var killedAt = double.NaN;
        using (var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5), TimeProvider.System))
        {
            while (await tick.WaitForNextTickAsync(ct) && clock.Elapsed.TotalSeconds < Phases.Sum(p => p.Seconds))
            {
                for (var due = Due(clock.Elapsed.TotalSeconds); answers.Count < due; )
                {
                    answers.Add(AskAsync(http, endpoint));
                }

                if (double.IsNaN(killedAt) && clock.Elapsed.TotalSeconds > Phases[0].Seconds + (Phases[1].Seconds / 2))
                {
                    killedAt = clock.Elapsed.TotalSeconds;
                    await KillOneAsync(client, endpoint);
                }
            }
        }

        var done = await Task.WhenAll(answers);
        var view = await UntilEmptyAsync(client, endpoint);
        await WriteAsync(done, view, killedAt);
        return done.All(d => d.Ok) ? 0 : 1;
    }

    private static int Due(double seconds)
    {
        var due = 0.0;
        foreach (var (length, rate) in Phases)
        {
            due += Math.Clamp(seconds, 0, length) * rate;
            seconds -= length;
        }

        return (int)due;
    }

    private static async Task<(bool Ok, double Milliseconds)> AskAsync(HttpClient http, EndpointName endpoint)
    {
        var clock = Stopwatch.StartNew();
        using var content = new StringContent(Visit, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(new Uri($"predict/{endpoint}", UriKind.Relative), content);
        return (response.StatusCode == HttpStatusCode.OK, clock.Elapsed.TotalMilliseconds);
    }

    private static async Task KillOneAsync(MillraceClient client, EndpointName endpoint)
    {
        var view = await client.ReplicasAsync(endpoint, CancellationToken.None);
        using var victim = Process.GetProcessById(view.Replicas.First(r => r.State == ReplicaState.Ready).ProcessId);
        victim.Kill();
    }

    private static async Task<ReplicasView> UntilEmptyAsync(MillraceClient client, EndpointName endpoint)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        var view = await client.ReplicasAsync(endpoint, CancellationToken.None);
        while (view.Replicas.Count > 0)
        {
            await tick.WaitForNextTickAsync();
            view = await client.ReplicasAsync(endpoint, CancellationToken.None);
        }

        return view;
    }

    private static async Task WriteAsync((bool Ok, double Milliseconds)[] done, ReplicasView view, double killedAt)
    {
        var times = done.Select(d => d.Milliseconds).Order().ToList();
        var begin = view.History.First(p => p.Wanted > 0).At;
        var points = view.History.Where(p => p.At >= begin.AddSeconds(-1)).ToList();
        var report = new StringBuilder();
        report.AppendLine("# Replicas: from zero, to several, through a death, and back to zero\n");
        report.AppendLine(CultureInfo.InvariantCulture, $"{Machine.Describe()}, commit {Machine.Commit()}.\n");
        report.AppendLine(
            CultureInfo.InvariantCulture,
            $"`dotnet run --project bench/Millrace.Bench -c Release -- autoscale`: {string.Join(", then ", Phases.Select(p => $"{p.Seconds:0} s of {p.PerSecond}/s"))}, sent at that rate whether answered or not, to an endpoint of 0 to 4 replicas of 8 requests each; every replica is a process that sleeps 100 ms before it scores. A look every 0.5 s, stable window 10 s, panic window 2 s, grace 5 s (defaults: 1, 60, 6 and 30 s). At {killedAt:0} s one replica is killed with SIGKILL.\n"
        );
        report.AppendLine("| requests | failed | p50 ms | p95 ms | p99 ms | most ms | most replicas | at the end |");
        report.AppendLine("|---:|---:|---:|---:|---:|---:|---:|---:|");
        report.AppendLine(
            CultureInfo.InvariantCulture,
            $"| {done.Length} | {done.Count(d => !d.Ok)} | {times[times.Count / 2]:0} | {times[(int)(times.Count * 0.95)]:0} | {times[(int)(times.Count * 0.99)]:0} | {times[^1]:0} | {points.Max(p => p.Ready)} | {view.Ready} |\n"
        );
        report.AppendLine("![Replicas wanted and ready over time](autoscale.svg)\n");
        report.AppendLine("| from s | wanted | ready | requests at work or held |");
        report.AppendLine("|---:|---:|---:|---:|");
        ReplicaPoint? last = null;
        foreach (var point in points)
        {
            if (last is null || (point.Wanted, point.Ready) != (last.Wanted, last.Ready))
            {
                report.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"| {(point.At - begin).TotalSeconds:0.0} | {point.Wanted} | {point.Ready} | {point.InFlight:0.0} |"
                );
            }

            last = point;
        }

        Console.WriteLine(report);
        var results = Path.Combine(Machine.Root, "bench", "results");
        await File.WriteAllTextAsync(Path.Combine(results, "autoscale.md"), report.ToString());
        await File.WriteAllTextAsync(Path.Combine(results, "autoscale.svg"), Svg(points, begin));
    }

    private static string Svg(IReadOnlyList<ReplicaPoint> points, DateTimeOffset begin)
    {
        const double Width = 720;
        const double Height = 220;
        var seconds = (points[^1].At - begin).TotalSeconds;
        var top = Math.Max(1, points.Max(p => Math.Max(p.Wanted, p.Ready)));
        string Steps(Func<ReplicaPoint, int> value)
        {
            var path = new StringBuilder();
            foreach (var point in points)
            {
                var x = 40 + (Math.Max(0, (point.At - begin).TotalSeconds) / seconds * (Width - 60));
                var y = Height - 30 - (value(point) / (double)top * (Height - 60));
                path.Append(CultureInfo.InvariantCulture, $"{(path.Length == 0 ? "M" : "H")}{x:0.#}");
                path.Append(
                    CultureInfo.InvariantCulture,
                    $"{(path.ToString().Contains(' ', StringComparison.Ordinal) ? "V" : " ")}{y:0.#} "
                );
            }

            return path.ToString().TrimEnd();
        }

        var svg = new StringBuilder();
        svg.AppendLine(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\">"
        );
        svg.AppendLine(
            "<title>Replicas wanted and ready over time</title><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
        );
        for (var n = 0; n <= top; n++)
        {
            var y = Height - 30 - (n / (double)top * (Height - 60));
            svg.AppendLine(
                CultureInfo.InvariantCulture,
                $"<path d=\"M40 {y:0.#}H{Width - 20}\" stroke=\"#ddd\"/><text x=\"30\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{n}</text>"
            );
        }

        for (var s = 0; s <= seconds; s += 10)
        {
            svg.AppendLine(
                CultureInfo.InvariantCulture,
                $"<text x=\"{40 + (s / seconds * (Width - 60)):0.#}\" y=\"{Height - 10}\" text-anchor=\"middle\">{s} s</text>"
            );
        }

        svg.AppendLine(
            CultureInfo.InvariantCulture,
            $"<path d=\"{Steps(p => p.Wanted)}\" fill=\"none\" stroke=\"#c2571a\" stroke-width=\"2\" stroke-dasharray=\"5 3\"/>"
        );
        svg.AppendLine(
            CultureInfo.InvariantCulture,
            $"<path d=\"{Steps(p => p.Ready)}\" fill=\"none\" stroke=\"#1a5fb4\" stroke-width=\"2\"/>"
        );
        svg.AppendLine(
            "<text x=\"50\" y=\"18\" fill=\"#c2571a\">wanted (dashed)</text><text x=\"170\" y=\"18\" fill=\"#1a5fb4\">ready</text></svg>"
        );
        return svg.ToString();
    }
}
