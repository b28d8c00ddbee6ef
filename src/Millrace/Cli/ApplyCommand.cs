using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Millrace.Api;
using Millrace.Engine.Ingest;

namespace Millrace.Cli;

internal static class ApplyCommand
{
    private static readonly Argument<string> File = new("loop.yaml") { Description = "The loop's file." };

    private static readonly Option<string[]> Data = new("--data")
    {
        Description = "Files, folders or globs to read in place of the declared source.",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<bool> NoWait = new("--no-wait")
    {
        Description = "Return once it is declared; see how it goes with status.",
    };

    public static Command Create() =>
        new Command(
            "apply",
            """
            Make a declared loop so: ingest, train, register, test and deploy what is not there yet.
            The same file again changes nothing. ${NAME} and ${NAME:-default} in it are variables.
            """
        )
        {
            File,
            Data,
            NoWait,
        }
            .Does(RunAsync)
            .Example(
                "millrace apply samples/movie-night/loop.yaml",
                "millrace apply loop.yaml --data ratings/*.csv.gz --json"
            );

    private static Task RunAsync(ParseResult parsed, Session session, Output output, CancellationToken ct) =>
        LoopFile.UseAsync(
            parsed.GetValue(File)!,
            async file =>
            {
                var request = new ApplyRequest(file.Yaml, file.Folder, await FilesAsync(parsed, session, file, ct));
                var applied = await session.Client.ApplyAsync(request, ct);
                var loop = file.Named(
                    parsed.GetValue(NoWait)
                        ? await session.Client.LoopAsync(applied.Loop, ct)
                        : await LoopProgress.FollowAsync(session.Client, applied.Loop, output, ct)
                );
                output.Result(
                    Json(loop, applied),
                    () =>
                    {
                        LoopProgress.Print(loop, applied.Changed);
                        if (applied.Left is { } left)
                        {
                            output.Line(
                                $"{left} serves on, though this loop no longer wants it: 'millrace undeploy {left}' ends it."
                            );
                        }
                    }
                );
                LoopProgress.DemandNotFailed(loop);
            },
            ct
        );

    /// <summary>For scripts: the loop as the API shows it, and what applying it changed.</summary>
    private static JsonObject Json(LoopView loop, ApplyView applied)
    {
        var json = JsonSerializer.SerializeToNode(loop, Core.Json.Options)!.AsObject();
        json["changed"] = applied.Changed;
        json["left"] = applied.Left?.Value;
        return json;
    }

    /// <summary>Files in place of the source; a server on another machine is sent them.</summary>
    private static async Task<IReadOnlyList<string>?> FilesAsync(
        ParseResult parsed,
        Session session,
        LoopFile file,
        CancellationToken ct
    )
    {
        var given = parsed.GetValue(Data) ?? [];
        return given.Length == 0 && session.SharesFiles
            ? null
            : await session.FilesForServerAsync(
                given.Length > 0 ? ExpandFiles.Run(given, Environment.CurrentDirectory) : file.SourceFiles(),
                ct
            );
    }
}
