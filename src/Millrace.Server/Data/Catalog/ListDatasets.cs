using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Data.Versions;
using Millrace.Storage;

namespace Millrace.Data.Catalog;

/// <summary>All datasets by name, each with its newest version; and one with all of its versions.</summary>
internal sealed class ListDatasets(MillraceDb db)
{
    public async Task<IReadOnlyList<DatasetSummary>> RunAsync(CancellationToken ct)
    {
        var versions = db.Set<VersionRow>().AsNoTracking();
        return await versions
            .Where(v => !versions.Any(later => later.Dataset == v.Dataset && later.Number > v.Number))
            .OrderBy(v => v.Dataset)
            .Select(v => new DatasetSummary(
                v.Dataset,
                v.Number,
                v.Rows,
                v.Quarantined,
                v.Columns,
                v.Bytes,
                v.Hash,
                v.CreatedAt
            ))
            .ToListAsync(ct);
    }

    public async Task<DatasetView> OneAsync(DatasetName dataset, CancellationToken ct)
    {
        var versions = await db.Set<VersionRow>()
            .AsNoTracking()
            .Where(v => v.Dataset == dataset)
            .OrderByDescending(v => v.Number)
            .Select(VersionRow.Summary)
            .ToListAsync(ct);
        return versions.Count > 0
            ? new DatasetView(dataset, versions)
            : throw Refusal.NotFound($"There is no dataset '{dataset}': ingest files into it first.");
    }
}
