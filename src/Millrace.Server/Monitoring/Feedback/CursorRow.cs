using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Millrace.Monitoring.Feedback;

/// <summary>How far the joiner has come. It moves in the transaction of what it stands for: nothing is joined twice, nothing left out.</summary>
internal sealed record CursorRow
{
    public int Id { get; init; } = 1;

    /// <summary>Of the prediction log.</summary>
    public long Segment { get; init; }

    public long Offset { get; init; }

    /// <summary>The last outcome looked at.</summary>
    public long Outcome { get; init; }

    /// <summary>The last join.</summary>
    public long Sequence { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<CursorRow>
    {
        public void Configure(EntityTypeBuilder<CursorRow> builder)
        {
            builder.ToTable("monitoring_cursor").HasKey(r => r.Id);
            builder.Property(r => r.Id).ValueGeneratedNever();
        }
    }
}
