using System.CommandLine;
using Millrace.Core;

namespace Millrace.Cli;

internal static class StatusCommand
{
    private static readonly Argument<string?> Loop = new("LOOP")
    {
        Description = "Which loop; all of them where none is named.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Create() =>
        new Command("status", "Show where loops stand, stage by stage.") { Loop }
            .Does(
                async (parsed, session, output, ct) =>
                {
                    if (parsed.GetValue(Loop) is { } name)
                    {
                        var loop = await session.Client.LoopAsync(LoopName.Parse(name, null), ct);
                        output.Result(
                            loop,
                            () =>
                            {
                                LoopProgress.Print(loop, changed: true);
                                LoopProgress.PrintStory(loop);
                            }
                        );
                        return;
                    }

                    var loops = await session.Client.LoopsAsync(ct);
                    output.Result(
                        loops,
                        () =>
                            Output.Table(
                                ["Loop", "State", "Latest", "Owner", "Applied"],
                                loops.Select(l =>
                                    (IReadOnlyList<string>)
                                        [l.Name.Value, l.State.Word(), l.Headline, l.Owner, Output.Moment(l.AppliedAt)]
                                ),
                                "No loop is declared yet: millrace apply loop.yaml"
                            )
                    );
                }
            )
            .Example("millrace status", "millrace status movie-night --json");
}
