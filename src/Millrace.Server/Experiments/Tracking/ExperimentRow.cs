using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core;

namespace Millrace.Experiments.Tracking;

internal sealed class ExperimentRow
{
    public required ExperimentName Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<ExperimentRow>
    {
        public void Configure(EntityTypeBuilder<ExperimentRow> builder) =>
            builder.ToTable("experiments_experiments").HasKey(r => r.Name);
    }
}
