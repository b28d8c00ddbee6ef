using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core;

namespace Millrace.Monitoring.Feedback;

internal enum OutcomeState
{
    /// <summary>On the disk, and not looked at yet.</summary>
    Arrived,

    /// <summary>Its prediction may still come.</summary>
    Waiting,
    Joined,

    /// <summary>No prediction came for it within the window, or it says nothing that its prediction could be held against.</summary>
    Unknown,

    /// <summary>Its prediction has its one outcome already, told in another form.</summary>
    Repeated,
}

/// <summary>What really happened, as it was told. Written by <see cref="KeepOutcomes"/>, many at a time.</summary>
internal sealed class OutcomeRow
{
    public long Number { get; init; }

    /// <summary>Of all that makes it the same outcome: the second with the same is a repeat.</summary>
    public required byte[] Hash { get; init; }

    public required PredictionId? Prediction { get; init; }

    public required EndpointName? Endpoint { get; init; }

    public required string? Key { get; init; }

    /// <summary>JSON.</summary>
    public required string Outcome { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>From then on it waits no longer for a prediction.</summary>
    public required DateTimeOffset WaitsUntil { get; init; }

    public required OutcomeState State { get; set; }

    /// <summary>How often it came again, as far as that is not counted in <see cref="CountsRow"/>.</summary>
    public required long Repeats { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<OutcomeRow>
    {
        private const string IsWaiting = "\"State\" = 'Waiting'";

        public void Configure(EntityTypeBuilder<OutcomeRow> builder)
        {
            builder.ToTable("monitoring_outcomes").HasKey(r => r.Number);
            builder.HasIndex(r => r.Hash).IsUnique();
            // Only the few that wait are looked for; the many that are joined at once never enter these.
            builder.HasIndex(r => r.Prediction).HasFilter(IsWaiting);
            builder.HasIndex(r => new { r.Endpoint, r.Key }).HasFilter(IsWaiting);
            builder.HasIndex(r => r.WaitsUntil).HasFilter(IsWaiting);
        }
    }
}
