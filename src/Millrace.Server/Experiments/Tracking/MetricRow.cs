using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core;

namespace Millrace.Experiments.Tracking;

/// <summary>What a metric came to on the test rows, for the model or for the trivial one beside it.</summary>
internal sealed class MetricRow
{
    public required RunId Run { get; init; }

    public required MetricOf Of { get; init; }

    public required string Key { get; init; }

    /// <summary>Null for "not a number", which SQLite cannot hold.</summary>
    public required double? Value { get; init; }

    public static double? Stored(double value) => double.IsNaN(value) ? null : value;

    internal sealed class Mapping : IEntityTypeConfiguration<MetricRow>
    {
        public void Configure(EntityTypeBuilder<MetricRow> builder) =>
            builder
                .ToTable("experiments_metrics")
                .HasKey(r => new
                {
                    r.Run,
                    r.Of,
                    r.Key,
                });
    }
}

internal enum MetricOf
{
    Model,
    Baseline,
}
