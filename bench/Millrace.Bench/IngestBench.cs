using System.Diagnostics;
using System.Globalization;
using System.Text;
using DuckDB.NET.Data;
using Millrace.Api;
using Millrace.Core;
using Millrace.Hosting;

namespace Millrace.Bench;

/// <summary>
/// CSV to a dataset version through a running server (check, hash, profile, commit in a child process), beside plain DuckDB's COPY of the same file to Parquet. Both in processes of their own, by turns.
/// </summary>
internal static class IngestBench
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["plain", var from, var to])
        {
            return Plain(from, to);
        }

        var rows = long.Parse(Option(args, "--rows") ?? "20000000", CultureInfo.InvariantCulture);
        var repeat = int.Parse(Option(args, "--repeat") ?? "3", CultureInfo.InvariantCulture);
        var folder = Directory.CreateTempSubdirectory("millrace-bench-").FullName;
        try
        {
            var csv = Path.Combine(folder, "views.csv");
            Generate(csv, rows);
            var bytes = new FileInfo(csv).Length;
            Console.WriteLine($"{rows:N0} rows, {bytes / 1e6:N0} MB");
            var ours = new List<double>();
            var plain = new List<double>();
            await using (
                var server = await MillraceServer.StartAsync(
                    new()
                    {
                        Folder = Path.Combine(folder, "m"),
                        Address = new("http://127.0.0.1:0"),
                        LogToConsole = false,
                    },
                    CancellationToken.None
                )
            )
            {
                using var http = MillraceClient.Connect(server.Address, null, "bench");
                var client = new MillraceClient(http);
                for (var i = 0; i < repeat; i++)
                {
                    plain.Add(await PlainAsync(csv, Path.Combine(folder, "plain.parquet")));
                    ours.Add(await OursAsync(client, new DatasetName($"views{i}"), csv));
                    Console.WriteLine(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"plain {plain[^1]:0.00} s, millrace {ours[^1]:0.00} s, ratio {plain[^1] / ours[^1]:0.00}"
                        )
                    );
                }
            }

            var report = Report(rows, bytes, repeat, ours, plain);
            Console.WriteLine(report);
            if (args.Contains("--write", StringComparer.Ordinal))
            {
                await File.WriteAllTextAsync(Path.Combine(Machine.Root, "bench", "results", "ingest.md"), report);
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Plain(string from, string to)
    {
        using var connection = new DuckDBConnection("Data Source=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"COPY (SELECT * FROM read_csv('{from}')) TO '{to}' (FORMAT parquet, COMPRESSION zstd)";
        command.ExecuteNonQuery();
        return 0;
    }

    private static async Task<double> PlainAsync(string from, string to)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "Millrace.Bench.dll"), "ingest", "plain", from, to]
        )
        {
            UseShellExecute = false,
        };
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? watch.Elapsed.TotalSeconds
            : throw new InvalidOperationException("Plain DuckDB failed.");
    }

    /// <summary>From the request to the end of its job.</summary>
    private static async Task<double> OursAsync(MillraceClient client, DatasetName dataset, string csv)
    {
        var watch = Stopwatch.StartNew();
        var job = await client.IngestAsync(dataset, new IngestRequest { Files = [csv] }, CancellationToken.None);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while (!job.IsOver)
        {
            await timer.WaitForNextTickAsync();
            job = await client.JobAsync(job.Id, CancellationToken.None);
        }

        return job.State == JobState.Succeeded
            ? watch.Elapsed.TotalSeconds
            : throw new InvalidOperationException(job.Error);
    }

    /// <summary>Nine columns as a video service would export them: ids, a skewed item, a price, small and text categories, a moment, a flag.</summary>
    private static void Generate(string path, long rows)
    {
        var random = new Random(20260105);
        string[] countries = ["NL", "DE", "FR", "BE", "US", "GB", "ES", "IT", "PL", "SE"];
        string[] devices = ["phone", "tablet", "tv", "desktop"];
        using var file = new StreamWriter(path, append: false, new UTF8Encoding(false), 1 << 20);
        file.Write("event_id,user_id,item_id,price,rating,country,device,watched_at,finished\n");
        var at = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        for (long i = 0; i < rows; i++)
        {
            at = at.AddSeconds(random.Next(7));
            file.Write(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{i + 1},{random.Next(1_000_000)},{(int)(Math.Pow(random.NextDouble(), 3) * 50_000)},{random.Next(50, 100_050) / 100.0:0.00},{random.Next(1, 6)},{countries[random.Next(10)]},{devices[random.Next(4)]},{at:yyyy-MM-dd HH:mm:ss},{(random.Next(3) == 0 ? "true" : "false")}\n"
                )
            );
        }
    }

    private static string Report(long rows, long bytes, int repeat, List<double> ours, List<double> plain)
    {
        var (our, their) = (Machine.Median(ours), Machine.Median(plain));
        var each = string.Join(
            "\n",
            plain.Zip(
                ours,
                (p, o) => string.Create(CultureInfo.InvariantCulture, $"| {p:0.00} | {o:0.00} | {p / o:0.00} |")
            )
        );
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            # Ingest: CSV to a dataset version

            Machine: {Machine.Describe()}, other work on the cores: read the ratio, not the times.
            Commit: {Machine.Commit()}. Command: `dotnet run -c Release --project bench/Millrace.Bench -- ingest --rows {rows} --repeat {repeat} --write`

            {rows:N0} generated rows, 9 columns, {bytes
                / 1e6:N0} MB of CSV. By turns, each in a process of its own:
            baseline `COPY (SELECT * FROM read_csv(…)) TO … (FORMAT parquet, COMPRESSION zstd)` in DuckDB with its own settings (ours asks for zstd level 1 and the encodings of Parquet version 2);
            Millrace, from the request to a running server to the end of the job, with everything that a person waits for: the child process,
            our own reading beside DuckDB's, SHA-256 of source and result, the profile of every column, manifest, Delta log and database.

            | | median s | rows/s | MB/s |
            |---|---|---|---|
            | plain DuckDB COPY | {their:0.00} | {rows / their:N0} | {bytes / 1e6 / their:N0} |
            | Millrace ingest | {our:0.00} | {rows / our:N0} | {bytes / 1e6 / our:N0} |

            **Ratio of the rates {their / our:0.00}** (at least 0.6 is wanted).

            | plain s | millrace s | ratio |
            |---|---|---|
            {each}

            """
        );
    }

    private static string? Option(string[] args, string name) =>
        Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
}
