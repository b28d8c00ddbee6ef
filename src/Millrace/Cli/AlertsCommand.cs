using System.CommandLine;
using Millrace.Core;

namespace Millrace.Cli;

internal static class AlertsCommand
{
    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "How many alerts, newest first.",
        DefaultValueFactory = _ => 20,
    };

    private static readonly Option<long?> Seen = new("--seen")
    {
        Description = "Note that you have seen the alert of this number.",
    };

    public static Command Create() =>
        new Command("alerts", "Show what Millrace has to say to people.") { Limit, Seen }
            .Does(
                async (parsed, session, output, ct) =>
                {
                    if (parsed.GetValue(Seen) is { } number)
                    {
                        await session.Client.SeeAlertAsync(number, ct);
                    }

                    var page = await session.Client.AlertsAsync(parsed.GetValue(Limit), 0, ct);
                    output.Result(
                        page,
                        () =>
                            Output.Table(
                                ["#", "When", "Severity", "Kind", "About", "What", "Webhook", "Seen"],
                                page.Items.Select(a =>
                                    (IReadOnlyList<string>)
                                        [
                                            $"{a.Number}",
                                            Output.Moment(a.At),
                                            a.Severity.Word(),
                                            a.Kind,
                                            a.Subject,
                                            a.Message,
                                            a.Delivery,
                                            a.SeenAt is null ? "" : Output.Moment(a.SeenAt),
                                        ]
                                ),
                                "There are no alerts."
                            )
                    );
                }
            )
            .Example("millrace alerts", "millrace alerts --seen 3");
}
