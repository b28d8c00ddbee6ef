using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Ingest;

namespace Millrace.Cli;

/// <summary>A loop's file as a verb was given it, with its variables filled in.</summary>
internal sealed record LoopFile(string Path, string Yaml)
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
            await work(new(path, LoopText.Substitute(text, Environment.GetEnvironmentVariable)));
        }
        catch (RefusalException refused)
            when (refused.Message.StartsWith(DeclarationException.FileName + ":", StringComparison.Ordinal))
        {
            // The server knows the text, not where it came from.
            throw new RefusalException(refused.Kind, given + refused.Message[DeclarationException.FileName.Length..]);
        }
    }

    /// <summary>Those that its source names.</summary>
    public IReadOnlyList<string> SourceFiles() => ExpandFiles.Run(LoopReader.Read(Yaml).Data.Source.Files, Folder);
}
