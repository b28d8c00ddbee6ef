using Millrace.Api;
using Millrace.Core;
using Millrace.Data.Ingest;
using Millrace.Data.Versions;
using Millrace.Engine.Ingest;
using Millrace.Engine.Tables;

namespace Millrace.Data.Catalog;

/// <summary>One version with the profile of every column.</summary>
internal sealed class ShowVersion(ReadVersion versions)
{
    public async Task<DatasetVersionView> RunAsync(DatasetName dataset, VersionNumber number, CancellationToken ct)
    {
        var manifest = await versions.ManifestAsync(dataset, number, ct);
        return new DatasetVersionView
        {
            Dataset = dataset,
            Number = number,
            Hash = manifest.Hash,
            Rows = manifest.Rows,
            RowsAdded = manifest.RowsAdded,
            Quarantined = manifest.Quarantined,
            Bytes = manifest.Bytes,
            CreatedAt = manifest.CreatedAt,
            Columns = [.. manifest.Profile.Select(View)],
            Files = [.. manifest.Files.Select(View)],
            Sources = [.. manifest.Sources.Select(View)],
            Broken =
            [
                .. manifest.Broken.Select(b => new BrokenRuleView(
                    b.Column,
                    b.Rule,
                    b.Rows,
                    manifest.Contract.BoundOf(b.Column, b.Rule)
                )),
            ],
            Notices = manifest.Notices,
            Contract = ContractMapping.ToWire(manifest.Contract),
        };
    }

    private static FileView View(DataFile file) => new(file.Name, file.Bytes, file.Rows, file.Sha256);

    private static ColumnView View(ColumnProfile profile) =>
        new()
        {
            Name = profile.Name,
            Type = profile.Type.Word(),
            Count = profile.Count,
            Nulls = profile.Nulls,
            Min = profile.Min,
            Max = profile.Max,
            Mean = profile.Mean,
            StandardDeviation = profile.StandardDeviation,
            Quantiles = profile.Quantiles,
            DistinctEstimate = profile.DistinctEstimate,
            Top = [.. profile.Top.Select(t => new ValueCountView(t.Value, t.Count))],
            Histogram = [.. profile.Histogram.Select(b => new BinView(b.From, b.To, b.Count))],
        };
}
