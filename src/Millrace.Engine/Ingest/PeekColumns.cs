using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Ingest;

/// <summary>A column as the beginning of a file shows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Text is certain, for one word makes it text; any other may become text yet. Null: only empty cells were seen.</param>
public sealed record LikelyColumn(string Name, ColumnType? Type);

/// <summary>The columns that a file seems to have, from its beginning alone: enough to refuse a misspelt name at once.</summary>
public static class PeekColumns
{
    /// <param name="file">An absolute path.</param>
    /// <param name="read">How to read it.</param>
    /// <param name="contract">Names the columns of a file that does not.</param>
    /// <param name="spillFolder">For temporary files.</param>
    /// <param name="ct">Stops the reading.</param>
    public static IReadOnlyList<LikelyColumn> Run(
        string file,
        ReadOptions read,
        Contract contract,
        string spillFolder,
        CancellationToken ct
    )
    {
        using var duck = DuckSession.Open(spillFolder);
        var source = IngestFiles.Named(InspectSource.Run(file, Path.GetFileName(file), read, duck, [], ct), contract);
        return [.. source.Columns.Select(c => new LikelyColumn(c.Name, c.Type))];
    }
}
