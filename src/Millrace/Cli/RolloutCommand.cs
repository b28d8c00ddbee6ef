using System.CommandLine;
using System.Globalization;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Cli;

/// <summary>The change from one version to the next by growing shares of traffic.</summary>
internal static class RolloutCommand
{
    private static readonly Argument<string> Endpoint = new("ENDPOINT") { Description = "The endpoint." };

    private static readonly Argument<string> Model = new("MODEL") { Description = "The challenger's model." };

    private static readonly Argument<string> Version = new("VERSION")
    {
        Description = "A version that passed its gates: its number, an alias, or latest.",
    };

    private static readonly Option<string> Steps = new("--steps")
    {
        Description = "Shares of traffic, one after the other: 5%,25% [default: the loop's, else 5%,25%].",
    };

    private static readonly Option<string> Confidence = new("--confidence")
    {
        Description = "How sure a verdict must be: 99% [default: the loop's, else 99%].",
    };

    private static readonly Option<string> Reason = new("--reason")
    {
        Description = "Why, for the audit log.",
        DefaultValueFactory = _ => "",
    };

    private static readonly Option<long?> Number = new("--rollout")
    {
        Description = "Which rollout [default: the newest].",
    };

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "How many looks at most, 1 to 1000.",
        DefaultValueFactory = _ => 50,
    };

    public static Command Create() =>
        new Command("rollout", "Try a version on a share of an endpoint's traffic; see how it does; end it.")
        {
            new Command("start", "Give a version a first share of an endpoint's traffic.")
            {
                Endpoint,
                Model,
                Version,
                Steps,
                Confidence,
                Reason,
            }
                .Does(StartAsync)
                .Example("millrace rollout start movie-night movie-night latest --steps 5%,25%"),
            new Command("status", "Show an endpoint's rollouts, with what was seen of the newest.") { Endpoint }
                .Does(StatusAsync)
                .Example("millrace rollout status movie-night"),
            new Command("looks", "List each look at a rollout's evidence, newest first.") { Endpoint, Number, Limit }
                .Does(LooksAsync)
                .Example("millrace rollout looks movie-night --limit 20"),
            new Command("promote", "Let the challenger serve all, now.") { Endpoint, Reason }
                .Does(
                    async (parsed, session, output, ct) =>
                    {
                        var request = new RolloutRequest(parsed.GetValue(Reason)!);
                        var view = await session.Client.PromoteAsync(EndpointOf(parsed), request, ct);
                        output.Result(view, () => Tell(view, output));
                    }
                )
                .Example("millrace rollout promote movie-night --reason \"the numbers are plain\""),
            new Command("abort", "Let the champion serve all again, now.") { Endpoint, Reason }
                .Does(
                    async (parsed, session, output, ct) =>
                    {
                        var request = new RolloutRequest(parsed.GetValue(Reason)!);
                        var view = await session.Client.AbortAsync(EndpointOf(parsed), request, ct);
                        output.Result(view, () => Tell(view, output));
                    }
                )
                .Example("millrace rollout abort movie-night --reason \"complaints since noon\""),
        }.Example("millrace rollout start movie-night movie-night latest", "millrace rollout status movie-night");

    private static async Task StartAsync(ParseResult parsed, Session session, Output output, CancellationToken ct)
    {
        var model = await session.Client.ModelAsync(ModelName.Parse(parsed.GetValue(Model)!, null), ct);
        var request = new StartRolloutRequest(
            model.Name,
            ModelsCommand.Find(model, parsed.GetValue(Version)!),
            parsed.GetValue(Steps) is { } steps ? [.. steps.Split(',').Select(Share)] : null,
            parsed.GetValue(Confidence) is { } sure ? Share(sure) : null,
            parsed.GetValue(Reason)!
        );
        var view = await session.Client.StartRolloutAsync(EndpointOf(parsed), request, ct);
        output.Result(view, () => Tell(view, output));
    }

    private static async Task StatusAsync(ParseResult parsed, Session session, Output output, CancellationToken ct)
    {
        var rollouts = await session.Client.RolloutsAsync(EndpointOf(parsed), ct);
        output.Result(
            rollouts,
            () =>
            {
                if (rollouts.Count == 0)
                {
                    output.Line(
                        $"No rollout yet: start one with 'millrace rollout start {EndpointOf(parsed)} MODEL VERSION'."
                    );
                    return;
                }

                Tell(rollouts[0], output);
                if (rollouts.Count > 1)
                {
                    output.Line($"");
                    Output.Table(
                        ["Earlier", "Challenger", "Ended", "Verdict"],
                        rollouts
                            .Skip(1)
                            .Select(r =>
                                (IReadOnlyList<string>)
                                    [Output.Moment(r.StartedAt), Words(r.Challenger), Word(r.State), r.Verdict]
                            )
                    );
                }
            }
        );
    }

    private static async Task LooksAsync(ParseResult parsed, Session session, Output output, CancellationToken ct)
    {
        var endpoint = EndpointOf(parsed);
        var number =
            parsed.GetValue(Number)
            ?? (
                await session.Client.RolloutsAsync(endpoint, ct) is [var newest, ..]
                    ? newest.Number
                    : throw Refusal.NotFound($"Endpoint {endpoint} had no rollout yet.")
            );
        var looks = await session.Client.LooksAsync(endpoint, number, parsed.GetValue(Limit), 0, ct);
        output.Result(
            looks,
            () =>
            {
                Table(looks.Items);
                if (looks.Total > looks.Items.Count)
                {
                    output.Line(
                        $"The newest {Output.Count(looks.Items.Count)} of {Output.Count(looks.Total)}: --limit for more."
                    );
                }
            }
        );
    }

    private static void Tell(RolloutView view, Output output)
    {
        var steps = string.Join(", ", view.Steps.Select(Percent));
        output.Line(
            $"[bold]{view.Endpoint}[/]: {Words(view.Challenger)} beside {Words(view.Champion)}, {Word(view.State)}"
        );
        output.Line(
            $"  share     {Percent(view.Steps[view.Step])} of {steps}, at {Percent(view.Confidence)} confidence"
        );
        output.Line($"  started   {Output.Moment(view.StartedAt)} {view.Reason}");
        if (view.Traffic is { } traffic)
        {
            output.Line(
                $"  answered  {Output.Count(traffic.Champion)} by the champion, {Output.Count(traffic.Challenger)} by the challenger, {Output.Count(traffic.FellBack)} fell back, since the server started"
            );
        }

        if (view.EndedAt is not null)
        {
            output.Line($"  ended     {Output.Moment(view.EndedAt)} {view.Verdict}");
        }

        if (view.Looks.Count > 0)
        {
            output.Line($"  judged by {view.Looks[^1].Metric ?? "the live metric"}");
            output.Line($"");
            Table(view.Looks);
            if (view.LooksTaken > view.Looks.Count)
            {
                output.Line(
                    $"Those of {Output.Count(view.LooksTaken)} looks that changed something, and the newest: 'millrace rollout looks {view.Endpoint}' lists each."
                );
            }
        }
    }

    private static void Table(IReadOnlyList<RolloutLook> looks) =>
        Output.Table(
            ["Look", "Share#", "Champion#", "Challenger#", "Worse#", "Safe#", "Needs#", "Verdict"],
            looks.Select(l =>
                (IReadOnlyList<string>)
                    [
                        Output.Moment(l.At),
                        Percent(l.Share),
                        $"{Output.Metric(l.ChampionMetric)} of {Output.Count(l.ChampionOutcomes)}",
                        $"{Output.Metric(l.ChallengerMetric)} of {Output.Count(l.ChallengerOutcomes)}",
                        Output.Score(l.WorseEvidence),
                        Output.Score(l.SafeEvidence),
                        Output.Score(l.Threshold),
                        l.Verdict,
                    ]
            ),
            "No look yet: no outcome of either version is in."
        );

    private static EndpointName EndpointOf(ParseResult parsed) => EndpointName.Parse(parsed.GetValue(Endpoint)!, null);

    private static string Words(ModelRef version) => $"{version.Model} v{version.Version}";

    private static string Word(RolloutState state) =>
        state switch
        {
            RolloutState.Running => "running",
            RolloutState.Promoted => "promoted",
            RolloutState.RolledBack => "rolled back",
            _ => "aborted",
        };

    private static string Percent(double share) => (100 * share).ToString("0.##", CultureInfo.InvariantCulture) + "%";

    private static double Share(string text)
    {
        var trimmed = text.Trim();
        return double.TryParse(
            trimmed.TrimEnd('%'),
            NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? trimmed.EndsWith('%')
                ? number / 100
                : number
            : throw Refusal.Invalid($"'{text}' is not a share: 5% or 0.05.");
    }
}
