using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Api;
using Millrace.Storage;

namespace Millrace.Serving.Rollouts;

/// <summary>One look at a rollout's evidence. Rows are only ever added, in the transaction of what the look led to.</summary>
internal sealed class RolloutLookRow
{
    public required long Rollout { get; init; }

    /// <summary>From 1, without gaps.</summary>
    public required long Ordinal { get; init; }

    /// <summary>It gave the challenger another share, or ended the rollout.</summary>
    public required bool Decided { get; init; }

    public required RolloutLook Look { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<RolloutLookRow>
    {
        public void Configure(EntityTypeBuilder<RolloutLookRow> builder)
        {
            builder.ToTable("serving_rollout_looks").HasKey(r => new { r.Rollout, r.Ordinal });
            builder.Property(r => r.Look).HasConversion<JsonConverter<RolloutLook>>();
        }
    }
}
