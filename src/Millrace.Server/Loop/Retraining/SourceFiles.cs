using Millrace.Engine.Declarations;
using Millrace.Engine.Ingest;
using Millrace.Loop.Declared;
using Millrace.Storage;

namespace Millrace.Loop.Retraining;

/// <summary>The files that a retraining takes in: those of the source as they are now, and the outcomes joined since the last.</summary>
internal static class SourceFiles
{
    /// <summary>What was ingested before is known by its hash and adds nothing; what was sent by upload is gone by then.</summary>
    public static IReadOnlyList<string> Of(
        LoopRow loop,
        LoopDeclaration wanted,
        RetrainingRow retraining,
        MillraceFolder folder
    )
    {
        var declared = loop.Given is { } given
            ? given.Where(f => Exists(f, folder, isFirst: retraining.Number == 1))
            : ExpandFiles.Run(wanted.Data.Source.Files, loop.Folder);
        return retraining.JoinedFile is { } joined ? [.. declared, joined] : [.. declared];
    }

    private static bool Exists(string file, MillraceFolder folder, bool isFirst) =>
        isFirst || File.Exists(Path.IsPathRooted(file) ? file : Path.Combine(folder.Uploads, file));
}
