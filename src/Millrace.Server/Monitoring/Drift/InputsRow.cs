using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core;

namespace Millrace.Monitoring.Drift;

/// <summary>What went into one version, and came out of it, on one day.</summary>
internal sealed class InputsRow
{
    public required EndpointName Endpoint { get; init; }

    public required ModelName Model { get; init; }

    public required VersionNumber Version { get; init; }

    public required DateTimeOffset Day { get; init; }

    /// <summary>A <see cref="DayCounts"/>.</summary>
    public required string Counts { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<InputsRow>
    {
        public void Configure(EntityTypeBuilder<InputsRow> builder) =>
            builder
                .ToTable("monitoring_inputs")
                .HasKey(r => new
                {
                    r.Endpoint,
                    r.Model,
                    r.Version,
                    r.Day,
                });
    }
}

/// <summary>Counts of one day.</summary>
internal sealed record DayCounts
{
    public long Predictions { get; set; }

    /// <summary>By column, in the order of its bins.</summary>
    public Dictionary<string, long[]> Bins { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Rules of the contract that inputs broke: by column, then rule and what it asks for.</summary>
    public Dictionary<string, Dictionary<string, long>> Broken { get; init; } = new(StringComparer.Ordinal);

    public void Count(ReferenceBins reference, int bin)
    {
        if (!Bins.TryGetValue(reference.Column, out var counts))
        {
            Bins[reference.Column] = counts = new long[reference.Labels.Count];
        }

        counts[bin]++;
    }

    public void Break(string column, string rule)
    {
        if (!Broken.TryGetValue(column, out var rules))
        {
            Broken[column] = rules = new(StringComparer.Ordinal);
        }

        rules[rule] = rules.GetValueOrDefault(rule) + 1;
    }
}
