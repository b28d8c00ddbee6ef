using Millrace.Api;
using Millrace.Core;
using Spectre.Console;

namespace Millrace.Cli;

/// <summary>Follows a loop until it has come as far as it will, and prints where it stands.</summary>
internal static class LoopProgress
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    public static async Task<LoopView> FollowAsync(
        MillraceClient client,
        LoopName name,
        Output output,
        CancellationToken ct
    ) =>
        output.IsLive
            ? await AnsiConsole
                .Status()
                .Spinner(Spinner.Known.Dots)
                .StartAsync(
                    "Starting",
                    context => UntilSettledAsync(client, name, loop => context.Status(Markup.Escape(Now(loop))), ct)
                )
            : await UntilSettledAsync(client, name, _ => { }, ct);

    public static void Print(LoopView loop, bool changed)
    {
        AnsiConsole.MarkupLineInterpolated(
            System.Globalization.CultureInfo.InvariantCulture,
            $"[bold]{loop.Name}[/] generation {loop.Generation}{(changed ? "" : ", nothing changed")}"
        );
        Output.Table(
            ["Stage", "", "", ""],
            loop.Stages.Select(s => (IReadOnlyList<string>)[s.Name, s.State.Word(), s.Headline, s.Message])
        );
    }

    /// <summary>The story of the loop: what started each retraining, and what came of it. Newest first.</summary>
    public static void PrintStory(LoopView loop) =>
        Output.Table(
            ["#", "Began", "Because of", "", "Came to"],
            loop.Retrainings.Select(r =>
                (IReadOnlyList<string>)
                    [
                        r.Number.ToString(System.Globalization.CultureInfo.InvariantCulture),
                        Output.Moment(r.StartedAt),
                        r.Trigger.Word(),
                        r.Trigger == TriggerKind.Applied ? "" : r.Reason,
                        r.State == RetrainingState.Running ? "under way" : r.Result,
                    ]
            )
        );

    /// <summary>A loop that stopped is a failed command, for scripts.</summary>
    public static void DemandNotFailed(LoopView loop)
    {
        if (loop.Stages.FirstOrDefault(s => s.State == StageState.Failed) is { } failed)
        {
            throw Refusal.Invalid($"Loop {loop.Name} stopped at {failed.Name}: {failed.Message}");
        }
    }

    private static async Task<LoopView> UntilSettledAsync(
        MillraceClient client,
        LoopName name,
        Action<LoopView> show,
        CancellationToken ct
    )
    {
        using var timer = new PeriodicTimer(Interval, TimeProvider.System);
        var loop = await client.LoopAsync(name, ct);
        while (IsAtWork(loop) && !IsRollingOut(loop))
        {
            show(loop);
            await timer.WaitForNextTickAsync(ct);
            loop = await client.LoopAsync(name, ct);
        }

        return loop;
    }

    /// <summary>All stages are done a moment before the retraining has written down what came of it.</summary>
    private static bool IsAtWork(LoopView loop) =>
        loop.State == StageState.Running || loop.Retrainings is [{ State: RetrainingState.Running }, ..];

    /// <summary>A rollout takes as long as outcomes take to come: nobody waits for it at a prompt.</summary>
    private static bool IsRollingOut(LoopView loop) =>
        loop.Stages.Any(s => s is { Name: "deploy", State: StageState.Running });

    private static string Now(LoopView loop)
    {
        var stage = loop.Stages.FirstOrDefault(s => s.State is StageState.Running or StageState.Waiting);
        var share = stage?.Done is { } done and > 0 ? $" {done:P0}" : "";
        return stage is null ? "" : $"{stage.Name}{share} {stage.Message}";
    }
}
