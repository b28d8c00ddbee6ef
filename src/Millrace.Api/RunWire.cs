using Millrace.Core;

namespace Millrace.Api;

public enum RunState
{
    Queued,
    Running,
    Finished,
    Failed,
    Killed,
}

/// <param name="Score">The primary metric on the test rows; null until finished.</param>
/// <param name="Baseline">The trivial model's primary metric on the same rows; null until finished.</param>
public sealed record RunSummary(
    RunId Id,
    string Name,
    ExperimentName Experiment,
    RunState State,
    string Algorithm,
    string PrimaryMetric,
    double? Score,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    double? Baseline = null,
    double? Seconds = null
);

/// <summary>One run with all that it was made from and all that came of it.</summary>
public sealed record RunView
{
    public required RunId Id { get; init; }

    public required string Name { get; init; }

    public required ExperimentName Experiment { get; init; }

    public required RunState State { get; init; }

    public required string Algorithm { get; init; }

    public required string PrimaryMetric { get; init; }

    public required bool HigherIsBetter { get; init; }

    /// <summary>The primary metric on the test rows; null until finished.</summary>
    public double? Score { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public double? Done { get; init; }

    /// <summary>What is going on, for a person.</summary>
    public string Doing { get; init; } = "";

    /// <summary>Why it failed; null unless it did.</summary>
    public string? Error { get; init; }

    public required DatasetName Dataset { get; init; }

    public required VersionNumber DatasetVersion { get; init; }

    public required string DatasetHash { get; init; }

    /// <summary>Of the recipe with its fitted constants; null until finished.</summary>
    public string? RecipeHash { get; init; }

    public string? ModelHash { get; init; }

    /// <summary>The version of the binary that trained, with its commit.</summary>
    public required string CodeVersion { get; init; }

    public required int Seed { get; init; }

    /// <summary>How long it took, measured where it ran; null until it has ended.</summary>
    public double? Seconds { get; init; }

    public long? PeakMemoryBytes { get; init; }

    public long? TrainRows { get; init; }

    public long? TestRows { get; init; }

    public required IReadOnlyDictionary<string, string> Params { get; init; }

    /// <summary>On the test rows.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>The trivial model's metrics on the same rows.</summary>
    public required IReadOnlyDictionary<string, double> Baseline { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public IReadOnlyList<ImportanceView> Importance { get; init; } = [];

    public IReadOnlyList<string> Notices { get; init; } = [];

    public LoopName? Loop { get; init; }

    /// <summary>The metrics that have points by step.</summary>
    public IReadOnlyList<string> Series { get; init; } = [];

    /// <summary>The model version that this run became; null for one that was not kept.</summary>
    public ModelRef? Model { get; init; }
}

public sealed record ModelRef(ModelName Model, VersionNumber Version);

public sealed record ImportanceView(string Feature, double Gain);

public sealed record MetricPoint(long Step, double Value, DateTimeOffset At);
