using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Monitoring.Feedback;

/// <summary>An endpoint whose outcomes are watched.</summary>
internal sealed class MonitorRow
{
    public required EndpointName Endpoint { get; init; }

    public required MonitorSettings Settings { get; set; }

    /// <summary>The window in microseconds, where SQL can compare with it.</summary>
    public required long Within { get; set; }

    public required DateTimeOffset DeclaredAt { get; init; }

    /// <summary>Whether predictions from before it was declared are taken up too.</summary>
    public bool CaughtUp { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<MonitorRow>
    {
        public void Configure(EntityTypeBuilder<MonitorRow> builder)
        {
            builder.ToTable("monitoring_monitors").HasKey(r => r.Endpoint);
            builder.Property(r => r.Settings).HasConversion<JsonConverter<MonitorSettings>>();
        }
    }
}
