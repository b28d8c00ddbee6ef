using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;

namespace Millrace.Experiments.Tracking;

/// <summary>All that a run is made from.</summary>
internal sealed record RunRequest
{
    public required ExperimentName Experiment { get; init; }

    /// <summary>For people: ratings v3, item_knn.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// What the run is for. Asking again with the same key gives the same run: whoever is killed between asking and
    /// remembering may ask again.
    /// </summary>
    public required string Key { get; init; }

    public LoopName? Loop { get; init; }

    public required DatasetName Dataset { get; init; }

    public required VersionNumber DatasetVersion { get; init; }

    public required string DatasetHash { get; init; }

    /// <summary>Absolute paths of the version's Parquet files, in order of ingestion.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    public required IReadOnlyList<Column> Schema { get; init; }

    public string? EventTime { get; init; }

    public required IReadOnlyList<StepDeclaration> Recipe { get; init; }

    public required ModelDeclaration Model { get; init; }

    public required AlgorithmDeclaration Algorithm { get; init; }

    /// <summary>What a version made of this run must pass; kept with the run.</summary>
    public IReadOnlyList<GateDeclaration> Gates { get; init; } = [];

    public IReadOnlyDictionary<string, string> Tags { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);
}
