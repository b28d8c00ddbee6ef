using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Millrace.Storage;

/// <summary>The one row that says which schema the database has.</summary>
internal sealed class SchemaRow
{
    public int Id { get; init; } = 1;

    public required int Version { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<SchemaRow>
    {
        public void Configure(EntityTypeBuilder<SchemaRow> builder)
        {
            builder.ToTable("storage_schema").HasKey(r => r.Id);
            builder.Property(r => r.Id).ValueGeneratedNever();
        }
    }
}
