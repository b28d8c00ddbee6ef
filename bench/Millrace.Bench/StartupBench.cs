using System.Diagnostics;
using System.Globalization;
using System.Text;
using Millrace.Testing;

namespace Millrace.Bench;

/// <summary>What <c>up</c> costs: memory at rest with two deployed models, and the time from its start to the first prediction.</summary>
internal static class StartupBench
{
    private const int Repeat = 5;

    public static async Task<int> RunAsync()
    {
        await using var folder = await ServingFolder.CreateAsync();
        var first = new List<double>();
        var idle = new List<double>();
        for (var i = 0; i < Repeat; i++)
        {
            var clock = Stopwatch.StartNew();
            await using var server = await ServerProcess.UpAsync(folder.Root);
            using var http = new HttpClient { BaseAddress = server.Address };
            using var body = new StringContent("""{"user_id":12}""", Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync(new Uri("predict/movies", UriKind.Relative), body);
            answer.EnsureSuccessStatusCode();
            first.Add(clock.Elapsed.TotalSeconds);
            using var rest = new PeriodicTimer(TimeSpan.FromSeconds(5), TimeProvider.System);
            await rest.WaitForNextTickAsync();
            idle.Add(server.ResidentMegabytes);
            Console.WriteLine($"{first[^1]:0.00} s, {idle[^1]:0} MB");
        }

        var report = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            # What `millrace up` costs

            {Machine.Describe()}, commit {Machine.Commit()}.

            `dotnet run --project bench/Millrace.Bench -c Release -- startup`: the real binary over a folder with a deployed
            classifier and recommender; medians of {Repeat} starts.

            | what | measured | at most |
            |---|---:|---:|
            | from the start of the process to the first answered prediction | {Machine.Median(first):0.00} s | 3 s |
            | resident memory five seconds later, at rest | {Machine.Median(idle):0} MB | 250 MB |

            """
        );
        Console.WriteLine(report);
        await File.WriteAllTextAsync(Path.Combine(Machine.Root, "bench", "results", "startup.md"), report);
        return 0;
    }
}
