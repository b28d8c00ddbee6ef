using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core;

namespace Millrace.Monitoring.Feedback;

/// <summary>A prediction and what came of it. It holds all that training needs, and outlives both its parts.</summary>
internal sealed class JoinRow
{
    /// <summary>Rises by one with every join, over all endpoints.</summary>
    public required long Sequence { get; init; }

    public required EndpointName Endpoint { get; init; }

    public required PredictionId Prediction { get; init; }

    /// <summary>When the outcome happened.</summary>
    public required DateTimeOffset At { get; init; }

    public required DateTimeOffset PredictedAt { get; init; }

    public required ModelName Model { get; init; }

    public required VersionNumber Version { get; init; }

    public required string Inputs { get; init; }

    public required string Outcome { get; init; }

    /// <summary>Between 0 (right) and 1 (wrong).</summary>
    public required double Loss { get; init; }

    /// <summary>The trivial running model's loss on the same outcome.</summary>
    public required double? Baseline { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<JoinRow>
    {
        public void Configure(EntityTypeBuilder<JoinRow> builder)
        {
            builder.ToTable("monitoring_joins").HasKey(r => r.Sequence);
            builder.Property(r => r.Sequence).ValueGeneratedNever();
            builder.HasIndex(r => new { r.Endpoint, r.Sequence });
        }
    }
}
