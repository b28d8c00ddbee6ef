using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Training;

/// <summary>All that one training run is made from. The same spec gives the same model, bit for bit.</summary>
public sealed record TrainingSpec
{
    /// <summary>Absolute paths of the dataset version's Parquet files, in order of ingestion.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    public required IReadOnlyList<Column> Schema { get; init; }

    public string? EventTime { get; init; }

    public required IReadOnlyList<StepDeclaration> Recipe { get; init; }

    public required ModelDeclaration Model { get; init; }

    /// <summary>The one of <see cref="ModelDeclaration.Try"/> that this run trains.</summary>
    public required AlgorithmDeclaration Algorithm { get; init; }

    /// <summary>Rows at or after this moment, by the event time, do not exist for the run: a model in virtual time sees only the past. Null: all rows.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Rows from this number on, in the order of ingestion from 0, do not exist for the run. Null: all rows.</summary>
    public long? UntilRow { get; init; }

    /// <summary>Metrics that somebody will ask for beside the usual ones, such as hit_rate@50 of a gate.</summary>
    public IReadOnlyList<string> Metrics { get; init; } = [];

    /// <summary>Whether the model's inputs are to be profiled over the rows that it learns from: what live ones are held against.</summary>
    public bool ProfilesInputs { get; init; }

    /// <summary>An empty folder; the model package is written here.</summary>
    public required string OutputFolder { get; init; }
}

/// <summary>What training found. Metrics are on the held-back test rows.</summary>
public sealed record TrainingReport
{
    public required string Algorithm { get; init; }

    /// <summary>All hyper-parameters as used, defaults included.</summary>
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>The same metrics of the trivial model on the same rows.</summary>
    public required IReadOnlyDictionary<string, double> Baseline { get; init; }

    public required string PrimaryMetric { get; init; }

    public required bool HigherIsBetter { get; init; }

    public required long TrainRows { get; init; }

    public required long TestRows { get; init; }

    /// <summary>SHA-256 over the names and hashes of the package's files, sorted by name.</summary>
    public required string ModelHash { get; init; }

    /// <summary>SHA-256 of the recipe with its fitted constants.</summary>
    public required string RecipeHash { get; init; }

    public required IReadOnlyList<PackageFile> Files { get; init; }

    public required long PeakMemoryBytes { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Plots' data, for instance feature importance; most important first.</summary>
    public IReadOnlyList<FeatureImportance> Importance { get; init; } = [];

    /// <summary>Of each input over the rows that were learned from; empty where the spec does not ask for it.</summary>
    public IReadOnlyList<ColumnProfile> Learned { get; init; } = [];

    public IReadOnlyList<string> Notices { get; init; } = [];
}

public sealed record PackageFile(string Name, long Bytes, string Sha256);

public sealed record FeatureImportance(string Feature, double Gain);

/// <summary>Scores packages on the very test rows that a training spec holds back.</summary>
public sealed record EvaluationSpec
{
    /// <summary>The spec that the candidate was trained with: it fixes rows, recipe and split.</summary>
    public required TrainingSpec Training { get; init; }

    /// <summary>Package folders to be scored, by a name of the caller's: candidate, champion.</summary>
    public required IReadOnlyDictionary<string, string> Packages { get; init; }

    /// <summary>Package folders that will serve in place of a tested one: they are not scored, but must open.</summary>
    public IReadOnlyList<string> MustOpen { get; init; } = [];
}

public sealed record EvaluationReport
{
    /// <summary>Metrics by the caller's name of the package; "baseline" is always there.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Metrics { get; init; }

    public required long Rows { get; init; }

    /// <summary>
    /// For each package that has learned from some of the test rows, because it was refitted: all packages on those that it has not
    /// seen. Only there can it be compared.
    /// </summary>
    public IReadOnlyDictionary<string, UnseenRows> Unseen { get; init; } =
        new Dictionary<string, UnseenRows>(StringComparer.Ordinal);
}

/// <summary>Metrics by package over the test rows that one package has not learned from.</summary>
/// <param name="Rows">How many there are; where they are too few to say anything, there are no metrics.</param>
/// <param name="Metrics">By the caller's name of the package.</param>
public sealed record UnseenRows(long Rows, IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Metrics);
