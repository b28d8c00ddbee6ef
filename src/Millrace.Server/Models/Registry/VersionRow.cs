using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;
using Millrace.Engine.Training;
using Millrace.Storage;

namespace Millrace.Models.Registry;

/// <summary>A version of a model: what it is and was made from never changes; its gates, words and tags do.</summary>
internal sealed class VersionRow
{
    public required ModelName Model { get; init; }

    public required VersionNumber Number { get; init; }

    public required RunId Run { get; init; }

    public required ExperimentName Experiment { get; init; }

    public LoopName? Loop { get; init; }

    public required DatasetName Dataset { get; init; }

    public required VersionNumber DatasetVersion { get; init; }

    public required string DatasetHash { get; init; }

    public required string RecipeHash { get; init; }

    public required string CodeVersion { get; init; }

    public required int Seed { get; init; }

    public required ModelCard Card { get; init; }

    /// <summary>Of each input over the rows that it learned from: what live ones are held against.</summary>
    public required IReadOnlyList<ColumnProfile> Learned { get; init; }

    public required string Hash { get; init; }

    public required IReadOnlyList<PackageFile> Files { get; init; }

    public required string PrimaryMetric { get; init; }

    /// <summary>Null for "not a number", which SQLite cannot hold.</summary>
    public required double? Score { get; init; }

    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    public required IReadOnlyDictionary<string, double> Baseline { get; init; }

    public required string Description { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required Blessing Blessing { get; set; }

    /// <summary>What the blessing rests on, in a sentence.</summary>
    public required string Note { get; set; }

    /// <summary>The gates as declared when they were last evaluated.</summary>
    public IReadOnlyList<GateDeclaration> Declared { get; set; } = [];

    public IReadOnlyList<GateView> Gates { get; set; } = [];

    /// <summary>The job that evaluates the gates, or did; null until they are asked for, and where none are declared.</summary>
    public JobId? GatesJob { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<VersionRow>
    {
        public void Configure(EntityTypeBuilder<VersionRow> builder)
        {
            builder.ToTable("models_versions").HasKey(r => new { r.Model, r.Number });
            builder.HasIndex(r => new { r.Run, r.Model }).IsUnique();
            builder.Property(r => r.Learned).HasConversion<JsonConverter<IReadOnlyList<ColumnProfile>>>();
            builder.Property(r => r.Card).HasConversion<JsonConverter<ModelCard>>();
            builder.Property(r => r.Files).HasConversion<JsonConverter<IReadOnlyList<PackageFile>>>();
            builder.Property(r => r.Metrics).HasConversion<JsonConverter<IReadOnlyDictionary<string, double>>>();
            builder.Property(r => r.Baseline).HasConversion<JsonConverter<IReadOnlyDictionary<string, double>>>();
            builder.Property(r => r.Declared).HasConversion<JsonConverter<IReadOnlyList<GateDeclaration>>>();
            builder.Property(r => r.Gates).HasConversion<JsonConverter<IReadOnlyList<GateView>>>();
        }
    }
}
