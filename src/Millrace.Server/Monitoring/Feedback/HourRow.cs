using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core;

namespace Millrace.Monitoring.Feedback;

/// <summary>What one version did at one endpoint in one hour: predictions by when they were asked, outcomes by when they happened.</summary>
internal sealed class HourRow
{
    public required EndpointName Endpoint { get; init; }

    public required ModelName Model { get; init; }

    public required VersionNumber Version { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Hour { get; init; }

    public required long Predictions { get; init; }

    public required long Outcomes { get; init; }

    /// <summary>Sums over the outcomes: of losses, of their squares, of the baseline's losses and how many had one.</summary>
    public required double Loss { get; init; }

    public required double Squares { get; init; }

    public required double Baseline { get; init; }

    public required long Baselines { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<HourRow>
    {
        public void Configure(EntityTypeBuilder<HourRow> builder) =>
            builder
                .ToTable("monitoring_hours")
                .HasKey(r => new
                {
                    r.Endpoint,
                    r.Hour,
                    r.Model,
                    r.Version,
                });
    }
}
