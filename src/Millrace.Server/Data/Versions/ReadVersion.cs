using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Ingest;
using Millrace.Engine.Tables;
using Millrace.Storage;

namespace Millrace.Data.Versions;

/// <summary>A version as work needs it: files that exist and never change, and what is in them.</summary>
/// <param name="Files">Absolute paths of Parquet files, in the order of their rows.</param>
internal sealed record DatasetSnapshot(
    DatasetName Dataset,
    VersionNumber Number,
    string Hash,
    long Rows,
    IReadOnlyList<Column> Schema,
    IReadOnlyList<string> Files,
    IReadOnlyList<ColumnProfile> Profile
);

/// <summary>Finds a version of a dataset: how every other feature comes to data.</summary>
internal sealed class ReadVersion(MillraceDb db, MillraceFolder folders)
{
    /// <param name="dataset">Which dataset.</param>
    /// <param name="number">Which version; null for the newest.</param>
    /// <param name="ct">Stops the reading.</param>
    public async Task<DatasetSnapshot> RunAsync(DatasetName dataset, VersionNumber? number, CancellationToken ct)
    {
        var manifest = await ManifestAsync(dataset, number, ct);
        var folder = folders.Dataset(dataset);
        return new(
            dataset,
            manifest.Number,
            manifest.Hash,
            manifest.Rows,
            manifest.Schema,
            [.. manifest.Files.Select(f => Path.Combine(folder, f.Name))],
            manifest.Profile
        );
    }

    public async Task<VersionManifest> ManifestAsync(
        DatasetName dataset,
        VersionNumber? number,
        CancellationToken ct
    ) => await TryManifestAsync(dataset, number, ct) ?? throw Missing(dataset, number);

    public async Task<VersionManifest?> TryManifestAsync(
        DatasetName dataset,
        VersionNumber? number,
        CancellationToken ct
    )
    {
        var row = await Find(dataset, number).FirstOrDefaultAsync(ct);
        return row is null ? null : await VersionManifest.ReadAsync(folders.Dataset(dataset), row.Number, ct);
    }

    /// <summary>The ingestions whose rows a version holds, oldest first: what is checked again where the contract changes.</summary>
    public async Task<IReadOnlyList<EarlierIngestion>> IngestionsAsync(VersionManifest newest, CancellationToken ct)
    {
        var folder = folders.Dataset(newest.Dataset);
        var found = new List<EarlierIngestion>();
        for (var manifest = newest; ; )
        {
            found.Add(
                new(
                    // Whatever was ingested before is in the files that replaced it.
                    [.. manifest.Replaces ? manifest.AllSources : manifest.Sources],
                    [.. manifest.Files.TakeLast(manifest.NewFiles).Select(f => Path.Combine(folder, f.Name))]
                )
            );
            if (manifest.Replaces || manifest.Number.Value == 1)
            {
                found.Reverse();
                return found;
            }

            manifest = await VersionManifest.ReadAsync(folder, new(manifest.Number.Value - 1), ct);
        }
    }

    /// <summary>What lists show of a version: no file is read.</summary>
    public async Task<DatasetVersionSummary> SummaryAsync(
        DatasetName dataset,
        VersionNumber number,
        CancellationToken ct
    ) => await TrySummaryAsync(dataset, number, ct) ?? throw Missing(dataset, number);

    /// <summary>The same; null where there is no such version.</summary>
    public async Task<DatasetVersionSummary?> TrySummaryAsync(
        DatasetName dataset,
        VersionNumber? number,
        CancellationToken ct
    ) => await Find(dataset, number).Select(VersionRow.Summary).FirstOrDefaultAsync(ct);

    private static RefusalException Missing(DatasetName dataset, VersionNumber? number) =>
        Refusal.NotFound(
            number is null
                ? $"There is no dataset '{dataset}': ingest files into it first."
                : $"Dataset '{dataset}' has no version {number}."
        );

    private IQueryable<VersionRow> Find(DatasetName dataset, VersionNumber? number)
    {
        var versions = db.Set<VersionRow>().AsNoTracking().Where(v => v.Dataset == dataset);
        if (number is { } wanted)
        {
            versions = versions.Where(v => v.Number == wanted);
        }

        return versions.OrderByDescending(v => v.Number);
    }
}
