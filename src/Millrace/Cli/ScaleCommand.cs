using System.CommandLine;
using System.Globalization;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Cli;

/// <summary>How many copies serve an endpoint.</summary>
internal static class ScaleCommand
{
    private static readonly Argument<string> Endpoint = new("ENDPOINT") { Description = "The endpoint." };

    private static readonly Option<int?> Min = new("--min") { Description = "The fewest replicas; 0 lets it sleep." };

    private static readonly Option<int?> Max = new("--max")
    {
        Description = "The most replicas; 1 serves in the server's own process, without a hop.",
    };

    private static readonly Option<double?> Target = new("--target-concurrency")
    {
        Description = "Requests that one replica works on at once.",
    };

    private static readonly Option<string> Reason = new("--reason")
    {
        Description = "Why, for the audit log.",
        DefaultValueFactory = _ => "",
    };

    public static Command Create() =>
        new Command("scale", "Say how many replicas may serve an endpoint; without options, show them.")
        {
            Endpoint,
            Min,
            Max,
            Target,
            Reason,
        }
            .Does(RunAsync)
            .Example(
                "millrace scale movie-night --min 0 --max 4 --target-concurrency 16",
                "millrace scale movie-night"
            );

    private static async Task RunAsync(ParseResult parsed, Session session, Output output, CancellationToken ct)
    {
        var endpoint = EndpointName.Parse(parsed.GetValue(Endpoint)!, null);
        var request = new ScaleRequest(
            parsed.GetValue(Min),
            parsed.GetValue(Max),
            parsed.GetValue(Target),
            parsed.GetValue(Reason)!
        );
        var view = request is { Min: null, Max: null, TargetConcurrency: null }
            ? await session.Client.ReplicasAsync(endpoint, ct)
            : await session.Client.ScaleAsync(endpoint, request, ct);
        output.Result(view, () => Tell(view, output));
    }

    private static void Tell(ReplicasView view, Output output)
    {
        var target = view.TargetConcurrency.ToString("0.##", CultureInfo.InvariantCulture);
        output.Line($"[bold]{view.Endpoint}[/]: {view.Min} to {view.Max} replicas, {target} requests each");
        output.Line($"  wanted    {view.Wanted}, ready {view.Ready}");
        output.Line($"  at work   {view.InFlight}, held {view.Held}");
        if (view.Replicas.Count > 0)
        {
            output.Line($"");
            Output.Table(
                ["Process#", "State", "Since", "At work#", "Answered#"],
                view.Replicas.Select(r =>
                    (IReadOnlyList<string>)
                        [
                            r.ProcessId.ToString(CultureInfo.InvariantCulture),
                            r.State.Word(),
                            Output.Moment(r.Since),
                            Output.Count(r.InFlight),
                            Output.Count(r.Answered),
                        ]
                )
            );
        }
    }
}
