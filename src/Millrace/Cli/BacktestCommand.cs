using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Ingest;

namespace Millrace.Cli;

internal static class BacktestCommand
{
    private static readonly Argument<string> Loop = new("loop.yaml") { Description = "The loop's file." };

    private static readonly Option<string[]> Data = new("--data")
    {
        Description = "Files, folders or globs of the recorded history, in place of the declared source.",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string> Policies = new("--policies")
    {
        Description = "When to retrain: never, every: and a duration, harm; divided by commas.",
        DefaultValueFactory = _ => "never,every:7d,harm",
    };

    private static readonly Option<string?> From = new("--from")
    {
        Description = "The first date that is predicted [default: after the first half of the rows].",
    };

    public static Command Create() =>
        new Command(
            "backtest",
            """
            Live recorded history through again, in virtual time: what would retraining by each policy have brought, and cost?
            The loop need not be applied, and nothing of the history becomes a dataset.
            """
        )
        {
            Loop,
            Data,
            Policies,
            From,
        }
            .Does(RunAsync)
            .Example(
                "millrace backtest samples/movie-night/loop.yaml",
                "millrace backtest loop.yaml --data history/*.csv.gz --policies never,every:1d,harm --from 2025-07-01"
            );

    private static Task RunAsync(ParseResult parsed, Session session, Output output, CancellationToken ct) =>
        LoopFile.UseAsync(
            parsed.GetValue(Loop)!,
            async file =>
            {
                var given = parsed.GetValue(Data) ?? [];
                var files =
                    given.Length > 0 ? ExpandFiles.Run(given, Environment.CurrentDirectory) : file.SourceFiles();
                var policies = parsed
                    .GetValue(Policies)!
                    .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                var started = await session.Client.StartBacktestAsync(
                    new(
                        file.Yaml,
                        file.Folder,
                        await session.FilesForServerAsync(files, ct),
                        policies,
                        Moment(parsed.GetValue(From))
                    ),
                    ct
                );
                await WaitFor.JobAsync<JsonNode>(session.Client, started.Job, output, ct);
                var done = await session.Client.BacktestAsync(started.Id, ct);
                output.Result(Json(done.Result!), () => Print(done.Result!));
            },
            ct
        );

    private static DateTimeOffset? Moment(string? text) =>
        text is null ? null
        : DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var at
        )
            ? at
        : throw Refusal.Invalid($"--from: '{text}' is not a date such as 2025-07-01.");

    /// <summary>For scripts, in words of their own: this shape is promised.</summary>
    private static JsonObject Json(BacktestResult result) =>
        new()
        {
            ["metric"] = result.Metric,
            ["higher_is_better"] = result.HigherIsBetter,
            ["from"] = Moment(result, result.From),
            ["to"] = Moment(result, result.To),
            ["outcomes"] = result.Outcomes,
            ["policies"] = new JsonArray([.. result.Policies.Select(p => Json(result, p))]),
            ["notices"] = new JsonArray([.. result.Notices.Select(n => (JsonNode)n)]),
        };

    /// <summary>A moment, or the number of a day where rows have no time.</summary>
    private static JsonNode Moment(BacktestResult result, DateTimeOffset at) =>
        result.HasDates ? at : BacktestResult.DayOf(at);

    private static JsonObject Json(BacktestResult result, BacktestPolicy policy)
    {
        var json = new JsonObject
        {
            ["policy"] = policy.Policy,
            ["metric"] = policy.Metric,
            ["by_month"] = new JsonObject(policy.ByMonth.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value))),
            ["retrainings"] = policy.Retrainings,
            ["alarms"] = policy.Alarms,
            ["compute_seconds"] = policy.ComputeSeconds,
            ["baseline"] = policy.Baseline,
            ["retrained_at"] = new JsonArray([.. policy.RetrainedAt.Select(at => Moment(result, at))]),
        };
        if (policy.Persistence is { } persistence)
        {
            json["persistence"] = persistence;
        }

        return json;
    }

    private static string Told(BacktestResult result, DateTimeOffset at) =>
        result.HasDates ? Output.Moment(at) : $"day {BacktestResult.DayOf(at)}";

    private static void Print(BacktestResult result)
    {
        var months = result
            .Policies.SelectMany(p => p.ByMonth.Keys)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToList();
        Output.Table(
            ["policy", $"{result.Metric}#", .. months.Select(m => m + "#"), "retrainings#", "alarms#", "seconds#"],
            result.Policies.Select(
                IReadOnlyList<string> (p) =>
                    [
                        p.Policy,
                        Output.Metric(p.Metric),
                        .. months.Select(m => p.ByMonth.TryGetValue(m, out var value) ? Output.Metric(value) : "–"),
                        p.Retrainings.ToString(CultureInfo.InvariantCulture),
                        p.Alarms.ToString(CultureInfo.InvariantCulture),
                        p.ComputeSeconds.ToString("0.0", CultureInfo.InvariantCulture),
                    ]
            )
        );
        var trivial = result.Policies[0];
        var persistence = trivial.Persistence is { } last
            ? $"; the last label or value again: {Output.Metric(last)}"
            : "";
        Console.WriteLine($"The trivial model, learning as it goes: {Output.Metric(trivial.Baseline)}{persistence}.");
        Console.WriteLine(
            $"{Output.Count(result.Outcomes)} predictions from {Told(result, result.From)} to {Told(result, result.To)}; "
                + (result.HigherIsBetter ? "higher is better." : "lower is better.")
        );
        foreach (var notice in result.Notices)
        {
            Console.WriteLine(notice);
        }
    }
}
