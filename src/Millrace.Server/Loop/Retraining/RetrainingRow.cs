using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Api;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Loop.Retraining;

/// <summary>
/// One way through a loop, from data to a version that serves or not: what started it, and how far the reconciler has come
/// with it. The first of a loop is caused by applying it. At most one of a loop is under way.
/// </summary>
internal sealed class RetrainingRow
{
    public required LoopName Loop { get; init; }

    public required int Number { get; init; }

    public required TriggerKind Trigger { get; init; }

    public required string Reason { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required RetrainingState State { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>What came of it, for a person.</summary>
    public string Result { get; set; } = "";

    /// <summary>The stage at which it failed.</summary>
    public string? FailedAt { get; set; }

    /// <summary>Whether monitor and scaling are as declared.</summary>
    public bool Prepared { get; set; }

    /// <summary>The last joined outcome that its data holds; null where outcomes are no source.</summary>
    public long? JoinedThrough { get; set; }

    /// <summary>The file of outcomes joined since the last retraining; null where there are none.</summary>
    public string? JoinedFile { get; set; }

    public JobId? IngestJob { get; set; }

    public VersionNumber? DatasetVersion { get; set; }

    /// <summary>One for each algorithm of model.try, in that order; empty until they are started.</summary>
    public IReadOnlyList<RunId> Runs { get; set; } = [];

    public VersionNumber? ModelVersion { get; set; }

    public bool GatesAsked { get; set; }

    /// <summary>The rollout that leads its version to all traffic; null where it is deployed at once, or not yet.</summary>
    public long? Rollout { get; set; }

    public DateTimeOffset? DeployedAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<RetrainingRow>
    {
        public void Configure(EntityTypeBuilder<RetrainingRow> builder)
        {
            builder.ToTable("loop_retrainings").HasKey(r => new { r.Loop, r.Number });
            builder.HasIndex(r => r.State);
            builder.Property(r => r.Runs).HasConversion<JsonConverter<IReadOnlyList<RunId>>>();
        }
    }
}
