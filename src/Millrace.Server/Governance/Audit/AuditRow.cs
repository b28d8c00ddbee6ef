using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Storage;

namespace Millrace.Governance.Audit;

internal sealed class AuditRow
{
    public long Number { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Actor { get; init; }

    public required string Action { get; init; }

    public required string SubjectKind { get; init; }

    public required string Subject { get; init; }

    public required string Reason { get; init; }

    public required IReadOnlyDictionary<string, string> Details { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<AuditRow>
    {
        public void Configure(EntityTypeBuilder<AuditRow> builder)
        {
            builder.ToTable("governance_audit").HasKey(r => r.Number);
            builder.Property(r => r.Details).HasConversion<JsonConverter<IReadOnlyDictionary<string, string>>>();
            builder.HasIndex(r => new { r.SubjectKind, r.Subject });
        }
    }
}
