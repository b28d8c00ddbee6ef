using System.CommandLine;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Cli;

internal static class RetrainCommand
{
    private static readonly Argument<string> Loop = new("LOOP") { Description = "The loop." };

    private static readonly Option<string> Reason = new("--reason")
    {
        Description = "Why, for the audit log.",
        DefaultValueFactory = _ => "",
    };

    private static readonly Option<bool> NoWait = new("--no-wait")
    {
        Description = "Return once it is begun; see how it goes with status.",
    };

    public static Command Create() =>
        new Command(
            "retrain",
            "Have a loop take in fresh data, train, test and roll out now. Harm and schedules do it by themselves."
        )
        {
            Loop,
            Reason,
            NoWait,
        }
            .Does(RunAsync)
            .Example(
                "millrace retrain movie-night --reason \"the new season is out\"",
                "millrace retrain movie-night --no-wait"
            );

    private static async Task RunAsync(ParseResult parsed, Session session, Output output, CancellationToken ct)
    {
        var name = LoopName.Parse(parsed.GetValue(Loop)!, null);
        var loop = await session.Client.RetrainAsync(name, new(parsed.GetValue(Reason)!), ct);
        if (!parsed.GetValue(NoWait))
        {
            loop = await LoopProgress.FollowAsync(session.Client, name, output, ct);
        }

        output.Result(loop, () => Print(loop, output));
        LoopProgress.DemandNotFailed(loop);
    }

    private static void Print(LoopView loop, Output output)
    {
        LoopProgress.Print(loop, changed: true);
        if (loop.Retrainings is [{ Result.Length: > 0 } newest, ..])
        {
            output.Line($"{newest.Result}");
        }
    }
}
