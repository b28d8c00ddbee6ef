using Millrace.Api;
using Millrace.Core;
using Millrace.Data.Versions;
using Millrace.Engine.Tables;
using Millrace.Storage;

namespace Millrace.Data.Catalog;

/// <summary>Rows of a version as they lie there, in the order of ingestion.</summary>
internal sealed class PreviewRows(ReadVersion versions, MillraceFolder folders, TimeProvider time)
{
    public async Task<TableView> RunAsync(
        DatasetName dataset,
        VersionNumber number,
        int limit,
        int offset,
        CancellationToken ct
    )
    {
        var snapshot = await versions.RunAsync(dataset, number, ct);
        var rows = Limits.PageSize(limit);
        return await Task.Run(
            () =>
            {
                using var duck = DuckSession.Open(Path.Combine(folders.Root, "tmp", Id.New(time)));
                return duck.Read(
                    $"SELECT * FROM read_parquet({Sql.Files(snapshot.Files)}) LIMIT {rows + 1} OFFSET {Limits.Offset(offset)}",
                    r => ReadTable.Of(r, rows),
                    ct
                );
            },
            ct
        );
    }
}
