using Millrace.Core;

namespace Millrace.Api;

public sealed record ModelSummary(
    ModelName Name,
    string Description,
    VersionNumber? Latest,
    IReadOnlyDictionary<string, VersionNumber> Aliases,
    string Task,
    DateTimeOffset CreatedAt
);

public sealed record ModelView
{
    public required ModelName Name { get; init; }

    public required string Description { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public required IReadOnlyDictionary<string, VersionNumber> Aliases { get; init; }

    public required IReadOnlyList<ModelVersionSummary> Versions { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Whether a version may serve.</summary>
public enum Blessing
{
    /// <summary>Its gates are not evaluated yet.</summary>
    Waiting,

    /// <summary>It passed every gate.</summary>
    Passed,

    /// <summary>It failed at least one, and cannot serve.</summary>
    Failed,
}

public sealed record ModelVersionSummary(
    VersionNumber Number,
    RunId Run,
    string Algorithm,
    string PrimaryMetric,
    double Score,
    Blessing Blessing,
    IReadOnlyList<string> Aliases,
    string Hash,
    DateTimeOffset CreatedAt
);

public sealed record ModelVersionView
{
    public required ModelName Model { get; init; }

    public required VersionNumber Number { get; init; }

    public required string Description { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public required IReadOnlyList<string> Aliases { get; init; }

    public required string Task { get; init; }

    public required string Algorithm { get; init; }

    public required string Hash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required Blessing Blessing { get; init; }

    /// <summary>What the blessing rests on, in a sentence: "it passed all 2 gates."</summary>
    public string Note { get; init; } = "";

    public required IReadOnlyList<GateView> Gates { get; init; }

    /// <summary>The job that evaluates the gates, or did; null where none are declared.</summary>
    public JobId? GatesJob { get; init; }

    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    public required IReadOnlyDictionary<string, double> Baseline { get; init; }

    public required string PrimaryMetric { get; init; }

    /// <summary>What a prediction needs.</summary>
    public required IReadOnlyList<InputView> Inputs { get; init; }

    public required IReadOnlyList<FileView> Files { get; init; }

    public required LineageView Lineage { get; init; }
}

/// <param name="Type">bool, int32, int64, double, string, date or timestamp.</param>
public sealed record InputView(string Name, string Type);

/// <summary>One gate and how the version did at it.</summary>
/// <param name="Text">As declared: auc &gt;= champion - 0.005.</param>
/// <param name="Passed">Null until evaluated.</param>
/// <param name="Value">The version's own metric.</param>
/// <param name="Bound">What it had to reach, offset included; null where there was nothing to compare with.</param>
/// <param name="Explanation">For a person: "auc 0.713 is below 0.720 (champion v2 0.725 - 0.005)".</param>
public sealed record GateView(string Text, bool? Passed, double? Value, double? Bound, string Explanation);

/// <summary>All that a version was made from, and where it serves.</summary>
public sealed record LineageView(
    DatasetName Dataset,
    VersionNumber DatasetVersion,
    string DatasetHash,
    string RecipeHash,
    RunId Run,
    ExperimentName Experiment,
    LoopName? Loop,
    string CodeVersion,
    int Seed,
    IReadOnlyList<EndpointName> Endpoints
);

/// <summary>Registers a finished run as a version of a model.</summary>
public sealed record RegisterRequest(RunId Run, string Description = "");

/// <summary>What may be changed of a model or a version; null leaves it. A tag with a null value is removed.</summary>
public sealed record ModelPatch(string? Description = null, IReadOnlyDictionary<string, string?>? Tags = null);

public sealed record AliasRequest(VersionNumber Version, string Reason = "");
