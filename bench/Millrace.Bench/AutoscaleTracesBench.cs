using System.Globalization;
using System.Text;
using Millrace.Serving.Autoscaling;

namespace Millrace.Bench;

/// <summary>Our scaling policy beside Knative's over the same three seeded traces.</summary>
internal static class AutoscaleTracesBench
{
    private const int Seeds = 5;

    public static async Task<int> RunAsync()
    {
        var rules = new ScalingRules
        {
            Min = 0,
            Max = 50,
            Target = 10,
        };
        (string Name, double Seconds, Func<double, double> Rate)[] traces =
        [
            ("steady, 140/s", 1200, _ => 140),
            ("spike, 40/s with 400/s for a minute", 1200, t => t is >= 600 and < 660 ? 400 : 40),
            (
                "daily rhythm of 40 minutes, asleep at night",
                2400,
                t => Math.Max(0, 160 * Math.Sin((2 * Math.PI * t / 2400) - 0.6))
            ),
        ];
        var report = new StringBuilder();
        report.AppendLine("# Scaling policy beside Knative's\n");
        report.AppendLine(CultureInfo.InvariantCulture, $"{Machine.Describe()}, commit {Machine.Commit()}.\n");
        report.AppendLine(
            CultureInfo.InvariantCulture,
            $"`dotnet run --project bench/Millrace.Bench -c Release -- autoscale-traces`: a queueing model in virtual time; Poisson arrivals, exponential service of 0.2 s, replicas that work on 10 at once and start in 4 s, 0 to 50 of them, a look every second; both with a stable window of 60 s, a panic window of 6 s and a utilisation of 0.7. Medians over {Seeds} seeds. Wait: from a request's arrival to a replica's beginning with it.\n"
        );
        report.AppendLine(
            "| trace | policy | replica-seconds | p50 wait s | p95 wait s | p99 wait s | changes | most |"
        );
        report.AppendLine("|---|---|---:|---:|---:|---:|---:|---:|");
        foreach (var (name, seconds, rate) in traces)
        {
            foreach (var ours in new[] { true, false })
            {
                var runs = Enumerable.Range(1, Seeds).Select(seed => Run(rules, rate, seconds, seed, ours)).ToList();
                report.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"| {name} | {(ours ? "Millrace" : "Knative")} | {Machine.Median(runs.Select(r => r.ReplicaSeconds)):N0} | {Machine.Median(runs.Select(r => r.P50Wait)):0.00} | {Machine.Median(runs.Select(r => r.P95Wait)):0.00} | {Machine.Median(runs.Select(r => r.P99Wait)):0.00} | {Machine.Median(runs.Select(r => (double)r.Changes)):0} | {Machine.Median(runs.Select(r => (double)r.Most)):0} |"
                );
            }
        }

        Console.WriteLine(report);
        var path = Path.Combine(Machine.Root, "bench", "results", "autoscale-traces.md");
        await File.WriteAllTextAsync(path, report.ToString());
        return 0;
    }

    private static SimulatedScaling Run(
        ScalingRules rules,
        Func<double, double> rate,
        double seconds,
        int seed,
        bool ours
    )
    {
        var mine = new ScalingPolicy();
        var knative = new KnativePolicy();
        return ScalingSimulator.Run(
            rules,
            rate,
            seconds,
            seed,
            (r, seen) => ours ? mine.Decide(r, seen) : knative.Decide(r, seen)
        );
    }
}
