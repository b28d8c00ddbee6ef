using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Millrace.Bench;

/// <summary>The demonstration over many seeds: with the shift, how soon it is seen and how much comes back; without, whether anything cries wolf.</summary>
internal static class DemoBench
{
    public static async Task<int> RunAsync(bool isShifting, int seeds)
    {
        Console.WriteLine($"## {(isShifting ? "With the shift" : "Without a shift")}, {seeds} seeds");
        Console.WriteLine();
        Console.WriteLine(
            "| seed | detected | promoted | recovered | before | at worst | after | never | harm | all | s |"
        );
        Console.WriteLine("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        for (var seed = 1; seed <= seeds; seed++)
        {
            using var result = await DemoAsync(isShifting, seed);
            var told = result.RootElement;
            string[] cells =
            [
                .. new[]
                {
                    "seed",
                    "detected_day",
                    "promoted_day",
                    "recovered_day",
                    "hit_rate_before",
                    "hit_rate_at_worst",
                    "hit_rate_after",
                    "never_retrain_after",
                    "harm_retrainings",
                    "retrainings",
                    "seconds",
                }.Select(key => Show(told.GetProperty(key))),
            ];
            Console.WriteLine($"| {string.Join(" | ", cells)} |");
        }

        return 0;
    }

    private static string Show(JsonElement value) =>
        value.ValueKind == JsonValueKind.Null ? "–" : value.GetDouble().ToString("0.###", CultureInfo.InvariantCulture);

    private static async Task<JsonDocument> DemoAsync(bool isShifting, int seed)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "millrace.dll"),
                "demo",
                "--once",
                "--json",
                "--seed",
                seed.ToString(CultureInfo.InvariantCulture),
                .. isShifting ? Array.Empty<string>() : ["--no-shift"],
            ]
        )
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? JsonDocument.Parse(text)
            : throw new InvalidOperationException($"millrace demo --seed {seed} ended with {process.ExitCode}.");
    }
}
