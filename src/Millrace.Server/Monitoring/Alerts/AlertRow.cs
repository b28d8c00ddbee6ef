using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Api;

namespace Millrace.Monitoring.Alerts;

internal enum AlertDelivery
{
    /// <summary>No webhook was set when it was raised.</summary>
    None,
    Waiting,
    Delivered,
    Failed,
}

/// <summary>What was said to people. Its body is delivered exactly as it is recorded.</summary>
internal sealed class AlertRow
{
    public long Number { get; init; }

    /// <summary>What the receiver knows it by, over all tries.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset At { get; init; }

    public required AlertSeverity Severity { get; init; }

    public required string Kind { get; init; }

    public required string Subject { get; init; }

    public required string Message { get; init; }

    public required string Body { get; init; }

    public required AlertDelivery Delivery { get; set; }

    public int Tries { get; set; }

    /// <summary>Why the last try failed.</summary>
    public string Trouble { get; set; } = "";

    public DateTimeOffset? SeenAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<AlertRow>
    {
        public void Configure(EntityTypeBuilder<AlertRow> builder)
        {
            builder.ToTable("monitoring_alerts").HasKey(r => r.Number);
            builder.HasIndex(r => r.Delivery).HasFilter("\"Delivery\" = 'Waiting'");
        }
    }
}
