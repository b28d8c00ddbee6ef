using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core;

namespace Millrace.Models.Registry;

/// <summary>A tag of a model, or of one of its versions.</summary>
internal sealed class TagRow
{
    /// <summary>Stands for the model itself where a version's number would be.</summary>
    public static readonly VersionNumber OfModel = new(0);

    public required ModelName Model { get; init; }

    public required VersionNumber Version { get; init; }

    public required string Key { get; init; }

    public required string Value { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<TagRow>
    {
        public void Configure(EntityTypeBuilder<TagRow> builder) =>
            builder
                .ToTable("models_tags")
                .HasKey(r => new
                {
                    r.Model,
                    r.Version,
                    r.Key,
                });
    }
}
