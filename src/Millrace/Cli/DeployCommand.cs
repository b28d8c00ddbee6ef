using System.CommandLine;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Cli;

internal static class DeployCommand
{
    private static readonly Argument<string> Endpoint = new("ENDPOINT") { Description = "The address it serves at." };

    private static readonly Argument<string> Model = new("MODEL") { Description = "The model." };

    private static readonly Argument<string> Version = new("VERSION")
    {
        Description = "A version that passed its gates: its number, an alias, or latest.",
    };

    private static readonly Option<string> Reason = new("--reason")
    {
        Description = "Why, for the audit log.",
        DefaultValueFactory = _ => "",
    };

    public static Command Create() =>
        new Command("deploy", "Make a version of a model serve at an endpoint, at once and for every request.")
        {
            Endpoint,
            Model,
            Version,
            Reason,
        }
            .Does(
                async (parsed, session, output, ct) =>
                {
                    var model = await session.Client.ModelAsync(ModelName.Parse(parsed.GetValue(Model)!, null), ct);
                    var number = ModelsCommand.Find(model, parsed.GetValue(Version)!);
                    var request = new DeployRequest(model.Name, number, parsed.GetValue(Reason)!);
                    var endpoint = EndpointName.Parse(parsed.GetValue(Endpoint)!, null);
                    var view = await session.Client.DeployAsync(endpoint, request, ct);
                    output.Result(view, () => Tell(view, output));
                }
            )
            .Example(
                "millrace deploy movie-night movie-night 3 --reason \"better hit rate\"",
                "millrace deploy movie-night movie-night latest"
            );

    /// <summary>The way back.</summary>
    public static Command CreateRollback() =>
        new Command("rollback", "Make serve again what served at an endpoint before.") { Endpoint, Reason }
            .Does(
                async (parsed, session, output, ct) =>
                {
                    var endpoint = EndpointName.Parse(parsed.GetValue(Endpoint)!, null);
                    var view = await session.Client.RollbackAsync(endpoint, new(parsed.GetValue(Reason)!), ct);
                    output.Result(view, () => Tell(view, output));
                }
            )
            .Example("millrace rollback movie-night --reason \"complaints since noon\"");

    /// <summary>The end.</summary>
    public static Command CreateUndeploy() =>
        new Command("undeploy", "Have nothing serve at an endpoint any more. What it predicted stays on record.")
        {
            Endpoint,
            Reason,
        }
            .Does(
                async (parsed, session, output, ct) =>
                {
                    var endpoint = EndpointName.Parse(parsed.GetValue(Endpoint)!, null);
                    await session.Client.UndeployAsync(endpoint, new(parsed.GetValue(Reason)!), ct);
                    output.Result(
                        new { endpoint },
                        () => output.Line($"Nothing serves at [bold]{endpoint}[/] any more.")
                    );
                }
            )
            .Example("millrace undeploy movie-night --reason \"the service ended\"");

    private static void Tell(EndpointView view, Output output)
    {
        output.Line($"[bold]{view.Name}[/] serves {view.Model} v{view.Version}. Ask it:");
        output.Line($"  millrace predict {view.Name} '{view.Example.GetRawText()}'");
    }
}
