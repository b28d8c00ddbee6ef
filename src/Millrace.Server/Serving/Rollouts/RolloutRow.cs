using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Api;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Serving.Rollouts;

/// <summary>
/// The change of an endpoint from one version to the next by growing shares, with the evidence that the next look goes on from.
/// What was seen at each look stands in <see cref="RolloutLookRow"/>.
/// </summary>
internal sealed class RolloutRow
{
    /// <summary>As EF writes <see cref="RolloutState.Running"/> into the column.</summary>
    private const string OnlyRunning = "\"State\" = 'Running'";

    public long Number { get; init; }

    public required EndpointName Endpoint { get; init; }

    public required ModelName ChampionModel { get; init; }

    public required VersionNumber ChampionVersion { get; init; }

    public required ModelName Model { get; init; }

    public required VersionNumber Version { get; init; }

    public required RolloutState State { get; init; }

    public required IReadOnlyList<double> Steps { get; init; }

    public required int Step { get; init; }

    public required double Confidence { get; init; }

    public required string Reason { get; init; }

    public required string Verdict { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How many <see cref="RolloutLookRow"/> it has.</summary>
    public long Looks { get; init; }

    /// <summary>What whoever judges it must remember between looks, in words of its own.</summary>
    public string? Evidence { get; init; }

    public double Share => Steps[Step];

    internal sealed class Mapping : IEntityTypeConfiguration<RolloutRow>
    {
        public void Configure(EntityTypeBuilder<RolloutRow> builder)
        {
            builder.ToTable("serving_rollouts").HasKey(r => r.Number);
            builder.Property(r => r.Steps).HasConversion<JsonConverter<IReadOnlyList<double>>>();
            builder.Ignore(r => r.Share);
            // Two at once at one endpoint cannot even be written.
            builder.HasIndex(r => r.Endpoint).IsUnique().HasFilter(OnlyRunning);
        }
    }
}
