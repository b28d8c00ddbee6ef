using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core;

namespace Millrace.Monitoring.Feedback;

/// <summary>All that the evidence about one version at one endpoint rests on.</summary>
internal sealed class WatchedRow
{
    public required EndpointName Endpoint { get; init; }

    public required ModelName Model { get; init; }

    public required VersionNumber Version { get; init; }

    /// <summary>A <see cref="WatchState"/>.</summary>
    public required string State { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<WatchedRow>
    {
        public void Configure(EntityTypeBuilder<WatchedRow> builder) =>
            builder
                .ToTable("monitoring_watched")
                .HasKey(r => new
                {
                    r.Endpoint,
                    r.Model,
                    r.Version,
                });
    }
}
