using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Ingest;

namespace Millrace.Cli;

/// <summary>A loop's file as a verb was given it, with its variables filled in.</summary>
internal sealed record LoopFile(string Given, string Path, string Yaml)
{
    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>Reads the file and works with it. What is refused about it is said with the file's own name.</summary>
    public static async Task UseAsync(string given, Func<LoopFile, Task> work, CancellationToken ct)
    {
        var path = System.IO.Path.GetFullPath(given);
        if (!File.Exists(path))
        {
            throw Refusal.Invalid($"There is no file {path}.");
        }

        try
        {
            var text = await File.ReadAllTextAsync(path, ct);
            await work(new(given, path, LoopText.Substitute(text, Environment.GetEnvironmentVariable)));
        }
        catch (RefusalException refused) when (IsPlaced(refused.Message))
        {
            throw new RefusalException(refused.Kind, Named(refused.Message, given));
        }
    }

    /// <summary>The loop with this file's name where it stopped because of what stands in it.</summary>
    public LoopView Named(LoopView loop) =>
        loop with
        {
            Stages = [.. loop.Stages.Select(s => s with { Message = Named(s.Message, Given) })],
        };

    /// <summary>Those that its source names.</summary>
    public IReadOnlyList<string> SourceFiles() => ExpandFiles.Run(LoopReader.Read(Yaml).Data.Source.Files, Folder);

    private static bool IsPlaced(string said) =>
        said.StartsWith(DeclarationException.FileName + ":", StringComparison.Ordinal);

    /// <summary>The server knows the text, not where it came from.</summary>
    private static string Named(string said, string given) =>
        IsPlaced(said) ? given + said[DeclarationException.FileName.Length..] : said;
}
