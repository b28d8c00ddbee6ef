using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core;

namespace Millrace.Models.Registry;

internal sealed class ModelRow
{
    public required ModelName Name { get; init; }

    public required string Description { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<ModelRow>
    {
        public void Configure(EntityTypeBuilder<ModelRow> builder) =>
            builder.ToTable("models_models").HasKey(r => r.Name);
    }
}
