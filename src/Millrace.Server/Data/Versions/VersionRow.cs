using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Data.Versions;

/// <summary>What lists show of a version. The manifest has the rest.</summary>
internal sealed class VersionRow
{
    public required DatasetName Dataset { get; init; }

    public required VersionNumber Number { get; init; }

    public required string Hash { get; init; }

    public required long Rows { get; init; }

    public required long RowsAdded { get; init; }

    public required long Quarantined { get; init; }

    public required int Columns { get; init; }

    public required long Bytes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>For a query's Select.</summary>
    public static Expression<Func<VersionRow, DatasetVersionSummary>> Summary { get; } =
        v => new(v.Number, v.Rows, v.RowsAdded, v.Quarantined, v.Bytes, v.Hash, v.CreatedAt);

    public static VersionRow Of(VersionManifest manifest) =>
        new()
        {
            Dataset = manifest.Dataset,
            Number = manifest.Number,
            Hash = manifest.Hash,
            Rows = manifest.Rows,
            RowsAdded = manifest.RowsAdded,
            Quarantined = manifest.Quarantined,
            Columns = manifest.Schema.Count,
            Bytes = manifest.Bytes,
            CreatedAt = manifest.CreatedAt,
        };

    internal sealed class Mapping : IEntityTypeConfiguration<VersionRow>
    {
        public void Configure(EntityTypeBuilder<VersionRow> builder) =>
            builder.ToTable("data_versions").HasKey(r => new { r.Dataset, r.Number });
    }
}
