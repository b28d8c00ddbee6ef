using System.CommandLine;
using System.Globalization;
using Millrace.Core;
using Millrace.Serving.Autoscaling;

namespace Millrace.Cli;

/// <summary>A serving node: one replica of an endpoint's models, in a process of its own.</summary>
internal static class ServeCommand
{
    private static readonly Option<string> Socket = new("--socket")
    {
        Description = "The Unix socket to listen on.",
        Required = true,
    };

    private static readonly Option<string[]> Packages = new("--package")
    {
        Description = "A version to open before the first request: MODEL/VERSION=FOLDER.",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<double> Latency = new("--simulated-latency")
    {
        Description =
            "Milliseconds to sleep before each answer: pretends a heavier model, to try scaling before it is there.",
        DefaultValueFactory = _ => 0,
    };

    public static Command Create()
    {
        var command = new Command("serve", "Be one replica of an endpoint. The server starts it; people need not.")
        {
            Socket,
            Packages,
            Latency,
        };
        command.Hidden = true;
        command.SetAction((parsed, ct) => Verb.GuardAsync(() => RunAsync(parsed, ct)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        var settings = new ReplicaSettings(
            parsed.GetValue(Socket)!,
            [.. parsed.GetValue(Packages)!.Select(Package)],
            TimeSpan.FromMilliseconds(parsed.GetValue(Latency))
        );
        using var node = new ReplicaNode(settings, TimeProvider.System);
        await using var input = Console.OpenStandardInput();
        await node.RunAsync(input, Console.Out, ct);
        return ExitCode.Ok;
    }

    private static ReplicaPackage Package(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return equals > slash && slash > 0
            ? new(
                ModelName.Parse(text[..slash], null),
                VersionNumber.Parse(text[(slash + 1)..equals], CultureInfo.InvariantCulture),
                text[(equals + 1)..]
            )
            : throw Refusal.Invalid($"'{text}' is not a package: MODEL/VERSION=FOLDER.");
    }
}
