using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core;

namespace Millrace.Data.Versions;

internal sealed class DatasetRow
{
    public required DatasetName Name { get; init; }

    /// <summary>The job that ingests into it now: versions come one after the other.</summary>
    public JobId? Ingesting { get; set; }

    /// <summary>What that job ingests, as JSON: the same order again is answered with the same job.</summary>
    public string? IngestingOrder { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<DatasetRow>
    {
        public void Configure(EntityTypeBuilder<DatasetRow> builder) =>
            builder.ToTable("data_datasets").HasKey(r => r.Name);
    }
}
