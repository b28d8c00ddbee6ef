using System.Globalization;
using System.Text;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Ui.Tests.Browser;

/// <summary>A small made-up business, the same on every machine: who of the subscribers of a video service stays?</summary>
internal static class Subscribers
{
    public const int Rows = 2_400;

    public const int Broken = 7;

    private static readonly string[] Plans = ["basic", "standard", "premium"];

    private static readonly string[] Countries = ["CH", "DE", "FR", "IT", "AT", "SE"];

    public const string Yaml = """
        loop: staying
        description: Which subscribers will still be there next month?
        owner: retention
        tags: { domain: video, team: growth }

        data:
          source: { files: subscribers.csv }
          event_time: joined
          contract:
            subscriber: { type: int64, required: true }
            joined: { type: timestamp, required: true }
            age: { type: int32, range: [16, 110] }
            plan: { type: string, allowed: [basic, standard, premium] }
            hours: { type: double, range: [0, null] }
            country: { type: string }
            stays: { type: bool, required: true }
          recipe:
            - derive: { hours_per_year: hours * 12.0 }
            - drop: [subscriber]

        model:
          task: classify
          target: stays
          positive: "true"
          try:
            - lightgbm: { num_leaves: 7, learning_rate: 0.1 }
            - lightgbm: { num_leaves: 15, learning_rate: 0.05, min_data_in_leaf: 40 }
          split: { by: time, test: 20% }
          metric: auc

        gates:
          - auc >= baseline + 0.05
          - log_loss <= baseline
          - auc >= champion - 0.02

        deploy:
          endpoint: staying

        monitor:
          outcome: { label: stays, within: 1d }
        """;

    /// <summary>Writes the file and declares the loop, as `millrace apply` does.</summary>
    public static async Task ApplyAsync(MillraceProcess server, CancellationToken ct)
    {
        await File.WriteAllTextAsync(Path.Combine(server.Folder, "subscribers.csv"), Csv(), ct);
        await server.Client.ApplyAsync(new ApplyRequest(Yaml, server.Folder), ct);
    }

    public static Task<BacktestView> StartBacktestAsync(MillraceProcess server, CancellationToken ct) =>
        server.Client.StartBacktestAsync(new(Yaml, server.Folder, null, ["never", "every:30d"]), ct);

    public static async Task<BacktestView> EndOfBacktestAsync(MillraceClient client, string id, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        while (await timer.WaitForNextTickAsync(ct))
        {
            var backtest = await client.BacktestAsync(id, ct);
            if (backtest.Job.IsOver)
            {
                return backtest;
            }
        }

        throw new OperationCanceledException(ct);
    }

    public static async Task<LoopView> EndOfLoopAsync(MillraceClient client, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        while (await timer.WaitForNextTickAsync(ct))
        {
            var loop = await client.LoopAsync(new LoopName("staying"), ct);
            if (loop.State is StageState.Done or StageState.Failed)
            {
                return loop;
            }
        }

        throw new OperationCanceledException(ct);
    }

    public static string Csv()
    {
        var random = new Random(20260314);
        var text = new StringBuilder("subscriber,joined,age,plan,hours,country,stays\n");
        var joined = new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        for (var i = 0; i < Rows; i++)
        {
            joined = joined.AddMinutes(random.Next(20, 320));
            var age = 18 + (int)(random.NextDouble() * random.NextDouble() * 65);
            var plan = random.Next(3);
            var hours = Math.Round(-Math.Log(1 - random.NextDouble()) * (6 + 5 * plan), 2);
            var odds = -1.2 + 0.16 * hours + 0.5 * plan - (age < 25 ? 0.9 : 0);
            var stays = random.NextDouble() < 1 / (1 + Math.Exp(-odds));
            var country = random.Next(20) == 0 ? "" : Countries[random.Next(Countries.Length)];
            var broken = i % (Rows / Broken) == Rows / Broken - 1;
            text.Append(CultureInfo.InvariantCulture, $"{100_000 + i},{joined:yyyy-MM-dd HH:mm:ss},")
                .Append(
                    CultureInfo.InvariantCulture,
                    $"{(broken && i / (Rows / Broken) % 2 == 0 ? 7 : age)},{(broken && i / (Rows / Broken) % 2 == 1 ? "platinum" : Plans[plan])},"
                )
                .Append(CultureInfo.InvariantCulture, $"{hours},{country},{(stays ? "true" : "false")}\n");
        }

        return text.ToString();
    }
}
