using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Ingest;

/// <summary>The columns that a file seems to have, from its beginning alone: enough to refuse a misspelt name at once.</summary>
public static class PeekColumns
{
    /// <param name="file">An absolute path.</param>
    /// <param name="read">How to read it.</param>
    /// <param name="contract">Names the columns of a file that does not.</param>
    /// <param name="spillFolder">For temporary files.</param>
    /// <param name="ct">Stops the reading.</param>
    public static IReadOnlyList<Column> Run(
        string file,
        ReadOptions read,
        Contract contract,
        string spillFolder,
        CancellationToken ct
    )
    {
        using var duck = DuckSession.Open(spillFolder);
        var source = IngestFiles.Named(InspectSource.Run(file, Path.GetFileName(file), read, duck, [], ct), contract);
        return [.. source.Columns.Select(c => new Column(c.Name, c.Type ?? ColumnType.String))];
    }
}
