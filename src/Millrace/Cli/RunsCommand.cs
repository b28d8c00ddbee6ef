using System.CommandLine;
using System.Globalization;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Cli;

internal static class RunsCommand
{
    private static readonly Argument<string> Id = new("ID") { Description = "The run's id, as 'runs' lists it." };

    private static readonly Argument<string> Key = new("KEY")
    {
        Description = "The metric, as 'runs show' lists it under Series.",
    };

    private static readonly Option<string?> Experiment = new("--experiment")
    {
        Description = "Only runs of this experiment.",
    };

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "How many runs, newest first.",
        DefaultValueFactory = _ => 20,
    };

    private static readonly Option<int> Offset = new("--offset") { Description = "How many of the newest to skip." };

    public static Command Create() =>
        new Command("runs", "List runs, newest first; show, follow or cancel one.")
        {
            Experiment,
            Limit,
            Offset,
            Show(),
            Log(),
            Metrics(),
            Cancel(),
        }
            .Does(ListAsync)
            .Example(
                "millrace runs --experiment movie-night",
                "millrace runs show 0199c1f2a3b47c0e8d5f6a7b8c9d0e1f",
                "millrace runs metrics 0199c1f2a3b47c0e8d5f6a7b8c9d0e1f valid_auc --json"
            );

    private static Command Show() =>
        new Command("show", "Show one run: what it was made from and what came of it.") { Id }
            .Does(
                async (parsed, session, output, ct) =>
                {
                    var run = await session.Client.RunAsync(IdOf(parsed), ct);
                    output.Result(run, () => Print(run));
                }
            )
            .Example("millrace runs show 0199c1f2a3b47c0e8d5f6a7b8c9d0e1f");

    private static Command Log() =>
        new Command("log", "Print what a run's process wrote.") { Id }
            .Does(
                async (parsed, session, output, ct) =>
                {
                    var log = await session.Client.RunLogAsync(IdOf(parsed), ct);
                    output.Result(new { log }, () => Console.Out.Write(log));
                }
            )
            .Example("millrace runs log 0199c1f2a3b47c0e8d5f6a7b8c9d0e1f");

    private static Command Metrics() =>
        new Command("metrics", "Print every point of one metric, by step.") { Id, Key }
            .Does(
                async (parsed, session, output, ct) =>
                {
                    var points = await session.Client.MetricAsync(IdOf(parsed), parsed.GetValue(Key)!, ct);
                    output.Result(
                        points,
                        () =>
                            Output.Table(
                                ["Step#", "Value#", "When"],
                                points.Select(p =>
                                    (IReadOnlyList<string>)
                                        [Output.Count(p.Step), Output.Metric(p.Value), Output.Moment(p.At)]
                                )
                            )
                    );
                }
            )
            .Example("millrace runs metrics 0199c1f2a3b47c0e8d5f6a7b8c9d0e1f valid_auc");

    private static Command Cancel() =>
        new Command("cancel", "Stop a run, queued or running. One that has ended is refused, with how it ended.") { Id }
            .Does(
                async (parsed, session, output, ct) =>
                {
                    var id = IdOf(parsed);
                    await session.Client.CancelRunAsync(id, ct);
                    output.Result(new { run = id }, () => output.Line($"Run {id} is asked to stop."));
                }
            )
            .Example("millrace runs cancel 0199c1f2a3b47c0e8d5f6a7b8c9d0e1f");

    private static async Task ListAsync(ParseResult parsed, Session session, Output output, CancellationToken ct)
    {
        var page = await session.Client.RunsAsync(
            parsed.GetValue(Experiment) is { } name ? ExperimentName.Parse(name, null) : null,
            parsed.GetValue(Limit),
            parsed.GetValue(Offset),
            ct
        );
        output.Result(
            page,
            () =>
            {
                Output.Table(
                    ["Run", "Name", "State", "Metric", "Score#", "Created"],
                    page.Items.Select(r =>
                        (IReadOnlyList<string>)
                            [
                                r.Id.Value,
                                r.Name,
                                r.State.Word(),
                                r.PrimaryMetric,
                                Output.Metric(r.Score),
                                Output.Moment(r.CreatedAt),
                            ]
                    ),
                    "There are no such runs. What starts some: millrace apply loop.yaml"
                );
                if (page.Total > page.Items.Count)
                {
                    output.Line($"[dim]{page.Items.Count} of {Output.Count(page.Total)} runs[/]");
                }
            }
        );
    }

    private static void Print(RunView run)
    {
        List<(string, string)> facts =
        [
            ("Run", run.Id.Value),
            ("Name", run.Name),
            ("Experiment", run.Experiment.Value),
            ("State", run.Doing.Length > 0 ? $"{run.State.Word()}: {run.Doing}" : run.State.Word()),
            ("Why", run.Error ?? ""),
            ("Algorithm", run.Algorithm),
            ("Score", run.Score is null ? "" : $"{run.PrimaryMetric} {Output.Metric(run.Score)}"),
            ("Dataset", $"{run.Dataset} v{run.DatasetVersion}, {Output.Short(run.DatasetHash)}"),
            ("Recipe", Output.Short(run.RecipeHash ?? "")),
            ("Model", Output.Short(run.ModelHash ?? "") + (run.Model is { } m ? $", {m.Model} v{m.Version}" : "")),
            ("Code", run.CodeVersion),
            ("Seed", run.Seed.ToString(CultureInfo.InvariantCulture)),
            ("Rows", run.TrainRows is { } t ? $"{Output.Count(t)} train, {Output.Count(run.TestRows ?? 0)} test" : ""),
            ("Took", run.Seconds is { } s ? string.Create(CultureInfo.InvariantCulture, $"{s:0.0} s") : ""),
            ("Memory", run.PeakMemoryBytes is { } b ? $"{Output.Count(b >> 20)} MB at its peak" : ""),
            ("Created", Output.Moment(run.CreatedAt)),
            ("Ended", run.EndedAt is null ? "" : Output.Moment(run.EndedAt)),
            ("Series", string.Join(", ", run.Series)),
            .. run.Params.Select(p => ($"  {p.Key}", p.Value)),
            .. run.Tags.Select(t => ($"#{t.Key}", t.Value)),
            .. run.Notices.Select(n => ("Notice", n)),
        ];
        Facts.Print(facts);
        Facts.PrintMetrics(run.Metrics, run.Baseline);
    }

    private static RunId IdOf(ParseResult parsed) => RunId.Parse(parsed.GetValue(Id)!, null);
}
