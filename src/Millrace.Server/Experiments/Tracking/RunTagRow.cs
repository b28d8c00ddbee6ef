using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core;

namespace Millrace.Experiments.Tracking;

internal sealed class RunTagRow
{
    public required RunId Run { get; init; }

    public required string Key { get; init; }

    public required string Value { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<RunTagRow>
    {
        public void Configure(EntityTypeBuilder<RunTagRow> builder) =>
            builder.ToTable("experiments_tags").HasKey(r => new { r.Run, r.Key });
    }
}
