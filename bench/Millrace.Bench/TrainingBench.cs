using System.Globalization;
using Millrace.Api;
using Millrace.Core;
using Millrace.Hosting;

namespace Millrace.Bench;

/// <summary>LightGBM's threads: where one is faster than all, and what the number chosen from the rows costs beside the better of both.</summary>
internal static class TrainingBench
{
    private const int Repeat = 3;
    private const int Features = 10;
    private static readonly int[] Sizes = [1_000, 5_000, 20_000, 80_000, 400_000];

    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("millrace-bench-").FullName;
        try
        {
            var lines = await MeasureAsync(folder);
            var report = string.Create(
                CultureInfo.InvariantCulture,
                $"""
                # Threads of a training

                {Machine.Describe()}, commit {Machine.Commit()}.

                `dotnet run --project bench/Millrace.Bench -c Release -- training`: rows of {Features} random numbers and a class that
                follows from seven of them, 100 rounds of LightGBM as a loop trains them, with the process that does it; medians of
                {Repeat}, in turn. "Chosen" is `num_threads: 0`, the default; the last column holds it against the better of the others.

                | rows | one thread | {Environment.ProcessorCount} threads | chosen | better ÷ chosen |
                |---:|---:|---:|---:|---:|
                {string.Join('\n', lines)}

                """
            );
            Console.WriteLine(report);
            await File.WriteAllTextAsync(Path.Combine(Machine.Root, "bench", "results", "training.md"), report);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<string>> MeasureAsync(string folder)
    {
        await using var server = await MillraceServer.StartAsync(
            new()
            {
                Folder = Path.Combine(folder, ".millrace"),
                Address = new("http://127.0.0.1:0"),
                LogToConsole = false,
            },
            CancellationToken.None
        );
        using var http = MillraceClient.Connect(server.Address, null, "bench");
        var client = new MillraceClient(http);
        var lines = new List<string>();
        foreach (var rows in Sizes)
        {
            await File.WriteAllLinesAsync(Path.Combine(folder, $"rows-{rows}.csv"), Rows(rows));
            int[] threads = [1, Environment.ProcessorCount, 0];
            var seconds = threads.ToDictionary(t => t, _ => new List<double>());
            for (var i = 0; i < Repeat; i++)
            {
                foreach (var many in threads)
                {
                    seconds[many].Add(await TrainAsync(client, folder, rows, many, i));
                }
            }

            var (one, all, chosen) = (
                Machine.Median(seconds[1]),
                Machine.Median(seconds[Environment.ProcessorCount]),
                Machine.Median(seconds[0])
            );
            lines.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {rows:N0} | {one:0.00} s | {all:0.00} s | {chosen:0.00} s | {Math.Min(one, all) / chosen:0.00} |"
                )
            );
            Console.WriteLine(lines[^1]);
        }

        return lines;
    }

    private static async Task<double> TrainAsync(MillraceClient client, string folder, int rows, int threads, int turn)
    {
        var loop = new LoopName($"rows-{rows}-{threads}-{turn}");
        await client.ApplyAsync(
            new(
                $$"""
                loop: {{loop}}
                data: { dataset: rows-{{rows}}, source: rows-{{rows}}.csv }
                model:
                  task: classify
                  target: y
                  try: [lightgbm: { num_threads: {{threads}}, num_iterations: 100, refit: false }]
                """,
                folder
            ),
            CancellationToken.None
        );
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        while ((await client.LoopAsync(loop, CancellationToken.None)).State == StageState.Running)
        {
            await timer.WaitForNextTickAsync();
        }

        var runs = await client.RunsAsync(new(loop.Value), 1, 0, CancellationToken.None);
        return runs.Items[0].Seconds ?? throw new InvalidOperationException($"{loop} was not trained.");
    }

    private static IEnumerable<string> Rows(int many)
    {
        var random = new Random(11);
        yield return string.Join(',', Enumerable.Range(0, Features).Select(f => $"x{f}")) + ",y";
        for (var i = 0; i < many; i++)
        {
            var x = Enumerable.Range(0, Features).Select(_ => Math.Round((2 * random.NextDouble()) - 1, 4)).ToArray();
            var score = x[0] + x[1] + x[2] + x[3] + (2 * x[4] * x[5]) + x[6] + random.NextDouble() - 0.5;
            yield return string.Join(',', x.Select(v => v.ToString(CultureInfo.InvariantCulture)))
                + (score > 0 ? ",yes" : ",no");
        }
    }
}
