using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Jobs;
using Millrace.Loop.Backtest;
using Millrace.Testing;

namespace Millrace.Bench;

/// <summary>
/// What retraining by each policy would have brought over recorded history, and how long it takes to find out: the samples on the real
/// data that they are made for, and a million generated views.
/// </summary>
internal static class BacktestBench
{
    private const int Events = 1_000_000;

    private const string Bikes = """
        loop: bikes
        data:
          source: { files: hour.csv }
          event_time: dteday
          recipe:
            - drop: [instant, casual, registered]
        model:
          task: regress
          target: cnt
          try: [lightgbm]
          metric: mae
        gates: [mae <= baseline]
        deploy: { endpoint: bikes }
        monitor:
          outcome: { value: cnt }
          outcome_delay: 1d
        retrain:
          on: [harm]
        """;

    private const string Views = """
        loop: million
        data:
          source: { files: views.csv }
          event_time: at
          contract:
            at: { type: timestamp, format: epoch_s, required: true }
            viewer: { type: int64, required: true }
            film: { type: int64, required: true }
        model:
          task: recommend
          user: viewer
          item: film
          try: [popularity]
          window: 14d
        gates: [hit_rate@10 >= baseline - 0.01]
        deploy: { endpoint: million }
        monitor:
          outcome: { item: film }
        retrain:
          on: [harm]
        """;

    public static async Task<int> RunAsync(string subject, string[] rest)
    {
        var folder = Directory.CreateTempSubdirectory("millrace-backtest-");
        try
        {
            var (yaml, file, usual) = Subject(subject, folder.FullName);
            var policies = (rest is [var given, ..] ? given : usual).Split(',');
            var spec = new BacktestSpec
            {
                Yaml = yaml,
                Files = [file],
                Policies = policies,
                OutputFolder = Path.Combine(folder.FullName, "out"),
            };
            var clock = Stopwatch.StartNew();
            var result = await WorkAsync(folder.FullName, spec);
            Print(subject, result, clock.Elapsed);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (string Yaml, string File, string Policies) Subject(string subject, string folder)
    {
        switch (subject)
        {
            case "movie-night":
                return (
                    Sample(subject),
                    Shared("movietweetings_ratings.csv.gz"),
                    "never,every:1d,every:3d,every:7d,harm"
                );
            case "item-knn":
                return (
                    Sample("movie-night")
                        .Replace(
                            "- popularity: { half_life: 3d }",
                            "- item_knn: { popularity_half_life: 3d }",
                            StringComparison.Ordinal
                        ),
                    Shared("movietweetings_ratings.csv.gz"),
                    "never,every:1d,harm"
                );
            case "campaign":
                return (Sample(subject), Shared("bank_marketing.csv.gz"), "never,every:7d,harm");
            case "bikes":
                return (Bikes, Shared("bike_sharing.csv.gz"), "never,every:7d,every:30d,harm");
            case "million":
                return (Views, Generate(Path.Combine(folder, "views.csv")), "never,every:7d,harm");
            default:
                throw new ArgumentException($"There is no history '{subject}'.", nameof(subject));
        }
    }

    private static string Sample(string name) =>
        LoopText.Substitute(
            File.ReadAllText(Path.Combine(Machine.Root, "samples", name, "loop.yaml")),
            Environment.GetEnvironmentVariable
        );

    private static string Shared(string name) =>
        Path.Combine(SharedData.Folder, name) is var path && File.Exists(path)
            ? path
            : throw new FileNotFoundException($"The benchmark needs {name}: see MILLRACE_DATA.");

    /// <summary>120 days of 60,000 viewers: each film's pull fades from its release, and half of all views are of the 20 that pull most.</summary>
    private static string Generate(string path)
    {
        var random = new Random(20260301);
        using var csv = new StreamWriter(path);
        csv.WriteLine("at,viewer,film");
        for (var i = 0; i < Events; i++)
        {
            var day = (double)i * 120 / Events;
            var age = -Math.Log(1 - random.NextDouble()) * 10;
            var film = random.Next(2) == 0 ? Math.Floor((day - age + 200) * 2) : 1000 + random.Next(5000);
            csv.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{1_767_225_600 + (long)(day * 86_400)},{random.Next(60_000)},{film:0}"
                )
            );
        }

        return path;
    }

    /// <summary>In a child process as the server starts it, so that LightGBM's threads do not spin.</summary>
    private static async Task<BacktestResult> WorkAsync(string folder, BacktestSpec spec)
    {
        await Durable.WriteJsonAsync(
            Path.Combine(folder, WorkFiles.Spec),
            new WorkOrder(BacktestSpec.Kind, JsonSerializer.SerializeToElement(spec, Json.Options)),
            CancellationToken.None
        );
        var start = new ProcessStartInfo(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "millrace.dll"), "work", folder]
        )
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["OMP_WAIT_POLICY"] = "passive";
        start.Environment["GOMP_SPINCOUNT"] = "0";
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var result = Path.Combine(folder, WorkFiles.Result);
        return File.Exists(result)
            ? JsonSerializer.Deserialize<BacktestResult>(await File.ReadAllTextAsync(result), Json.Options)!
            : throw new InvalidOperationException(said[^Math.Min(said.Length, 500)..]);
    }

    private static void Print(string subject, BacktestResult result, TimeSpan elapsed)
    {
        var months = result.Policies[0].ByMonth.Keys.Order(StringComparer.Ordinal).ToList();
        Console.WriteLine($"{Machine.Describe()}, commit {Machine.Commit()}.");
        Console.WriteLine();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{subject}: {result.Outcomes:N0} predictions from {Day(result.From)} to {Day(result.To)}, in {elapsed.TotalSeconds:0} s."
            )
        );
        Console.WriteLine();
        Console.WriteLine(
            $"| policy | {result.Metric} | {string.Join(" | ", months)} | retrainings | alarms | seconds |"
        );
        Console.WriteLine($"|---|---:|{string.Concat(months.Select(_ => "---:|"))}---:|---:|---:|");
        foreach (var policy in result.Policies)
        {
            var parts = string.Join(
                " | ",
                months.Select(m => policy.ByMonth.TryGetValue(m, out var v) ? Score(v) : "")
            );
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {policy.Policy} | {Score(policy.Metric)} | {parts} | {policy.Retrainings} | {policy.Alarms} | {policy.ComputeSeconds:0.0} |"
                )
            );
        }

        var first = result.Policies[0];
        var persistence = first.Persistence is { } last ? $"; the last label again {Score(last)}" : "";
        Console.WriteLine();
        Console.WriteLine($"The trivial model that learns as it goes {Score(first.Baseline)}{persistence}.");
        foreach (var notice in result.Notices)
        {
            Console.WriteLine($"- {notice}");
        }

        string Day(DateTimeOffset at) =>
            result.HasDates
                ? at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
                : $"day {BacktestResult.DayOf(at)}";
    }

    private static string Score(double x) => x.ToString("0.0000", CultureInfo.InvariantCulture);
}
