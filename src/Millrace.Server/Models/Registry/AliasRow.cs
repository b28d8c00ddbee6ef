using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core;

namespace Millrace.Models.Registry;

/// <summary>A name that points at one version of a model.</summary>
internal sealed class AliasRow
{
    public required ModelName Model { get; init; }

    public required string Alias { get; init; }

    public required VersionNumber Version { get; init; }

    public required DateTimeOffset MovedAt { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<AliasRow>
    {
        public void Configure(EntityTypeBuilder<AliasRow> builder) =>
            builder.ToTable("models_aliases").HasKey(r => new { r.Model, r.Alias });
    }
}
