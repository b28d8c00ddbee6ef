using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;
using Millrace.Engine.Training;
using Millrace.Storage;

namespace Millrace.Experiments.Tracking;

/// <summary>One run: what it is made from from the start, what came of it once it finished.</summary>
internal sealed class RunRow
{
    public required RunId Id { get; init; }

    /// <summary>What the run is for, in the words of who asked; asking again with the same key gives the same run.</summary>
    public required string Key { get; init; }

    public required ExperimentName Experiment { get; init; }

    public required string Name { get; init; }

    public required RunState State { get; set; }

    public required JobId Job { get; init; }

    public LoopName? Loop { get; init; }

    public required DatasetName Dataset { get; init; }

    public required VersionNumber DatasetVersion { get; init; }

    public required string DatasetHash { get; init; }

    public required string CodeVersion { get; init; }

    public required int Seed { get; init; }

    /// <summary>Its name, with the hyper-parameters that were chosen: what tells it from others that were tried.</summary>
    public required string Algorithm { get; init; }

    /// <summary>All that training reads; the same spec gives the same model, bit for bit.</summary>
    public required TrainingSpec Spec { get; init; }

    /// <summary>The gates that were declared when the run was asked for: whoever registers it, these are evaluated.</summary>
    public required IReadOnlyList<GateDeclaration> Gates { get; init; }

    /// <summary>Empty until finished where the task's default applies: it may depend on the data.</summary>
    public required string PrimaryMetric { get; set; }

    public required bool HigherIsBetter { get; set; }

    public double? Score { get; set; }

    public string? RecipeHash { get; set; }

    public string? ModelHash { get; set; }

    public double? Seconds { get; set; }

    public long? PeakMemoryBytes { get; set; }

    public long? TrainRows { get; set; }

    public long? TestRows { get; set; }

    public IReadOnlyList<PackageFile> Files { get; set; } = [];

    public IReadOnlyList<FeatureImportance> Importance { get; set; } = [];

    /// <summary>Of each input over the rows that were learned from.</summary>
    public IReadOnlyList<ColumnProfile> Learned { get; set; } = [];

    public IReadOnlyList<string> Notices { get; set; } = [];

    public string? Error { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<RunRow>
    {
        public void Configure(EntityTypeBuilder<RunRow> builder)
        {
            builder.ToTable("experiments_runs").HasKey(r => r.Id);
            builder.HasIndex(r => r.Key).IsUnique();
            builder.HasIndex(r => new { r.Experiment, r.CreatedAt });
            builder.Property(r => r.Spec).HasConversion<JsonConverter<TrainingSpec>>();
            builder.Property(r => r.Gates).HasConversion<JsonConverter<IReadOnlyList<GateDeclaration>>>();
            builder.Property(r => r.Files).HasConversion<JsonConverter<IReadOnlyList<PackageFile>>>();
            builder.Property(r => r.Importance).HasConversion<JsonConverter<IReadOnlyList<FeatureImportance>>>();
            builder.Property(r => r.Learned).HasConversion<JsonConverter<IReadOnlyList<ColumnProfile>>>();
            builder.Property(r => r.Notices).HasConversion<JsonConverter<IReadOnlyList<string>>>();
        }
    }
}
