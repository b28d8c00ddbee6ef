using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core;

namespace Millrace.Monitoring.Feedback;

/// <summary>A prediction of a watched endpoint, as long as an outcome may come for it. Written many at a time.</summary>
internal sealed class SlimRow
{
    public required PredictionId Id { get; init; }

    public required EndpointName Endpoint { get; init; }

    public required DateTimeOffset At { get; init; }

    public required ModelName Model { get; init; }

    public required VersionNumber Version { get; init; }

    /// <summary>The value of the input that is the key, as text; null where there is none.</summary>
    public required string? Key { get; init; }

    public required string Inputs { get; init; }

    public required string Output { get; init; }

    /// <summary>Whether its label or value was told: there is only one. Lists of items may have several.</summary>
    public bool IsTold { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<SlimRow>
    {
        public void Configure(EntityTypeBuilder<SlimRow> builder)
        {
            builder.ToTable("monitoring_predictions").HasKey(r => r.Id);
            builder.Property(r => r.IsTold).HasDefaultValue(false);
            builder.HasIndex(r => new
            {
                r.Endpoint,
                r.Key,
                r.At,
            });
            // No other index with a time: SQLite would take it for the newest prediction of a key, and read all keys.
        }
    }
}
