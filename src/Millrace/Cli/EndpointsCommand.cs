using System.CommandLine;
using System.Globalization;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Cli;

internal static class EndpointsCommand
{
    private static readonly Argument<string> Endpoint = new("NAME") { Description = "The endpoint." };

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "How many, newest first.",
        DefaultValueFactory = _ => 20,
    };

    public static Command Create() =>
        new Command("endpoints", "List endpoints; show one with its history, or what it predicted.")
        {
            new Command("show", "Show an endpoint: what it takes, how it does, and what served there.") { Endpoint }
                .Does(ShowAsync)
                .Example("millrace endpoints show movie-night"),
            new Command("predictions", "Show an endpoint's newest predictions from the log.") { Endpoint, Limit }
                .Does(PredictionsAsync)
                .Example("millrace endpoints predictions movie-night --limit 5 --json"),
        }
            .Does(ListAsync)
            .Example("millrace endpoints", "millrace endpoints show movie-night");

    private static async Task ListAsync(ParseResult parsed, Session session, Output output, CancellationToken ct)
    {
        var endpoints = await session.Client.EndpointsAsync(ct);
        output.Result(
            endpoints,
            () =>
                Output.Table(
                    ["Endpoint", "Serves", "Task", "Since", "Predictions#", "Errors#"],
                    endpoints.Select(e =>
                        (IReadOnlyList<string>)
                            [
                                e.Name.Value,
                                $"{e.Model} v{e.Version}{(e.Broken is null ? "" : ", broken")}",
                                e.Task,
                                Output.Moment(e.DeployedAt),
                                Output.Count(e.Predictions),
                                Output.Count(e.Errors),
                            ]
                    ),
                    "Nothing is deployed yet: millrace deploy ENDPOINT MODEL VERSION"
                )
        );
    }

    private static async Task ShowAsync(ParseResult parsed, Session session, Output output, CancellationToken ct)
    {
        var view = await session.Client.EndpointAsync(EndpointName.Parse(parsed.GetValue(Endpoint)!, null), ct);
        output.Result(view, () => Tell(view, output));
    }

    private static void Tell(EndpointView view, Output output)
    {
        var statistics = view.Statistics;
        output.Line($"[bold]{view.Name}[/] serves {view.Model} v{view.Version} ({view.Task})");
        if (view.Broken is { } broken)
        {
            output.Line($"[bold]{view.Name}[/] cannot answer: {broken}");
        }

        output.Line($"  takes     {string.Join(", ", view.Inputs.Select(i => $"{i.Name} {i.Type}"))}");
        output.Line($"  try       millrace predict {view.Name} '{view.Example.GetRawText()}'");
        output.Line(
            $"  answered  {Output.Count(statistics.Predictions)}, {Output.Count(statistics.Errors)} errors, p50 {Time(statistics.LatencyP50Milliseconds)}, p99 {Time(statistics.LatencyP99Milliseconds)} since the server started"
        );
        output.Line($"");
        Output.Table(
            ["When", "Did", "Version", "Who", "Why"],
            view.History.Select(d =>
                (IReadOnlyList<string>)[Output.Moment(d.At), d.Action, $"{d.Model} v{d.Version}", d.Actor, d.Reason]
            )
        );
    }

    private static async Task PredictionsAsync(ParseResult parsed, Session session, Output output, CancellationToken ct)
    {
        var endpoint = EndpointName.Parse(parsed.GetValue(Endpoint)!, null);
        var predictions = await session.Client.PredictionsAsync(endpoint, parsed.GetValue(Limit), ct);
        output.Result(
            predictions,
            () =>
                Output.Table(
                    ["When", "Version", "Inputs", "Output"],
                    predictions.Select(p =>
                        (IReadOnlyList<string>)
                            [
                                Output.Moment(p.At),
                                $"{p.Model} v{p.Version}",
                                p.Inputs.GetRawText(),
                                p.Output.GetRawText(),
                            ]
                    ),
                    $"{endpoint} has predicted nothing yet: millrace predict {endpoint} INPUTS"
                )
        );
    }

    private static string Time(double? milliseconds) =>
        milliseconds is { } ms ? ms.ToString("0.## 'ms'", CultureInfo.InvariantCulture) : "–";
}
