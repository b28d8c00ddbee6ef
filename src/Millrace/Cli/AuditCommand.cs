using System.CommandLine;
using Millrace.Api;

namespace Millrace.Cli;

internal static class AuditCommand
{
    private static readonly Option<string?> Kind = new("--kind")
    {
        Description = $"Only of one kind of thing: {string.Join(", ", AuditKinds.All)}.",
    };

    private static readonly Option<string?> Subject = new("--subject")
    {
        Description = "Only of one thing, by its name.",
    };

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "How many entries, newest first.",
        DefaultValueFactory = _ => 20,
    };

    public static Command Create() =>
        new Command("audit", "Show who did what to what, when and why.") { Kind, Subject, Limit }
            .Does(
                async (parsed, session, output, ct) =>
                {
                    var page = await session.Client.AuditAsync(
                        parsed.GetValue(Kind),
                        parsed.GetValue(Subject),
                        parsed.GetValue(Limit),
                        0,
                        ct
                    );
                    output.Result(
                        page,
                        () =>
                            Output.Table(
                                ["When", "Who", "Did", "To", "Why"],
                                page.Items.Select(e =>
                                    (IReadOnlyList<string>)
                                        [
                                            Output.Moment(e.At),
                                            e.Actor,
                                            e.Action,
                                            $"{e.SubjectKind} {e.Subject}",
                                            e.Reason,
                                        ]
                                ),
                                "The audit log has no such entry."
                            )
                    );
                }
            )
            .Example("millrace audit", "millrace audit --kind endpoint --subject movie-night --limit 100");
}
