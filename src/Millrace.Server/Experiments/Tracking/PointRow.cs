using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core;

namespace Millrace.Experiments.Tracking;

/// <summary>One point of a metric's series, as training told it. Written by <see cref="RecordPoints"/>, many at a time.</summary>
internal sealed class PointRow
{
    public long Number { get; init; }

    public required RunId Run { get; init; }

    public required string Key { get; init; }

    public required long Step { get; init; }

    /// <summary>Null for "not a number", which SQLite cannot hold.</summary>
    public required double? Value { get; init; }

    public required DateTimeOffset At { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<PointRow>
    {
        public void Configure(EntityTypeBuilder<PointRow> builder)
        {
            builder.ToTable("experiments_points").HasKey(r => r.Number);
            builder.HasIndex(r => new
            {
                r.Run,
                r.Key,
                r.Step,
            });
        }
    }
}
