using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Millrace.Monitoring.Feedback;

/// <summary>Outcomes of an endpoint by what became of them, since it is watched.</summary>
internal sealed class CountsRow
{
    /// <summary>Empty for outcomes that name a prediction nobody knows, and no endpoint.</summary>
    public required string Endpoint { get; init; }

    public required long Joined { get; init; }

    public required long Unknown { get; init; }

    public required long Repeated { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<CountsRow>
    {
        public void Configure(EntityTypeBuilder<CountsRow> builder) =>
            builder.ToTable("monitoring_counts").HasKey(r => r.Endpoint);
    }
}
