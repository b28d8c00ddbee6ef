using System.CommandLine;
using System.Globalization;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Cli;

internal static class MonitorCommand
{
    private const int WindowsShown = 12;

    private static readonly Argument<string?> Endpoint = new("ENDPOINT")
    {
        Description = "Which endpoint; without it all of them.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Create() =>
        new Command("monitor", "Show how a model does on what really happened, and whether it does harm.") { Endpoint }
            .Does(ShowAsync)
            .Example("millrace monitor", "millrace monitor movie-night --json");

    private static async Task ShowAsync(ParseResult parsed, Session session, Output output, CancellationToken ct)
    {
        if (parsed.GetValue(Endpoint) is { } name)
        {
            var view = await session.Client.MonitorAsync(EndpointName.Parse(name, null), ct);
            output.Result(view, () => Tell(view, output));
            return;
        }

        var all = await session.Client.MonitorsAsync(ct);
        output.Result(
            all,
            () =>
                Output.Table(
                    ["Endpoint", "Version#", "Metric", "Value#", "Harm", "Joined#", "Waiting#", "Unknown#"],
                    all.Select(m =>
                        (IReadOnlyList<string>)
                            [
                                m.Endpoint.Value,
                                $"v{m.Version}",
                                m.Metric,
                                Output.Metric(m.Value),
                                Phase(m.Phase),
                                Output.Count(m.Outcomes.Joined),
                                Output.Count(m.Outcomes.Waiting),
                                Output.Count(m.Outcomes.Unknown),
                            ]
                    ),
                    "Nothing is watched yet: declare monitor in a loop and apply it."
                )
        );
    }

    private static void Tell(MonitorView view, Output output)
    {
        output.Line(
            $"[bold]{view.Endpoint}[/] serves {view.Model} v{view.Version} since {Output.Moment(view.DeployedAt)}"
        );
        output.Line(
            $"{Phase(view.Harm.Phase)}: evidence {Power(view.Harm.Evidence)} of {Power(view.Harm.Threshold)}, {view.Metric} {Output.Metric(view.Harm.Reference)} is normal"
        );
        var counts = view.Outcomes;
        output.Line(
            $"[dim]{Output.Count(counts.Joined)} joined, {Output.Count(counts.Waiting)} waiting, {Output.Count(counts.Unknown)} unknown, {Output.Count(counts.Repeated)} repeated[/]"
        );
        var seen = view.Statistics;
        var latest = view.Volume is [.., var hour]
            ? $"; {Output.Count(hour.Predictions)} in the hour from {Output.Moment(hour.At)}"
            : "";
        output.Line(
            $"[dim]{Output.Count(seen.Predictions)} predictions and {Output.Count(seen.Errors)} errors since the server started, latency p50 {Output.Score(seen.LatencyP50Milliseconds)} ms, p99 {Output.Score(seen.LatencyP99Milliseconds)} ms{latest}[/]"
        );
        if (view.Windows.Count > 0)
        {
            Output.Table(
                ["From", "Version#", $"{view.Metric}#", "95 %", "Baseline#", "Outcomes#"],
                view.Windows.TakeLast(WindowsShown)
                    .Select(w =>
                        (IReadOnlyList<string>)
                            [
                                Output.Moment(w.From),
                                $"v{w.Version}",
                                Output.Metric(w.Value),
                                $"{Output.Metric(w.Low)} – {Output.Metric(w.High)}",
                                Output.Metric(w.Baseline),
                                Output.Count(w.Outcomes),
                            ]
                    )
            );
        }

        var shifts = view.Inputs.Append(view.Output).OfType<ShiftView>().ToList();
        if (shifts.Count > 0)
        {
            Output.Table(
                ["Column", "PSI#", "Shift", "Predictions#"],
                shifts.Select(s =>
                    (IReadOnlyList<string>)[s.Column, Output.Metric(s.Psi), s.Level.Word(), Output.Count(s.Live)]
                )
            );
        }

        foreach (var broken in view.Broken)
        {
            var rule = $"{broken.Rule} {broken.Bound}".TrimEnd();
            output.Line($"{broken.Column} broke '{rule}' in {Output.Count(broken.Rows, "prediction")}");
        }
    }

    private static string Phase(HarmPhase phase) =>
        phase switch
        {
            HarmPhase.Learning => "learning what is normal",
            HarmPhase.Harm => "harm",
            _ => "no harm",
        };

    private static string Power(double log10) =>
        string.Create(CultureInfo.InvariantCulture, $"10^{Math.Max(0, log10):0.0}");
}
