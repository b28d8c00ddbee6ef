using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Ingest;
using Millrace.Monitoring.Feedback;

namespace Millrace.Loop.Reconciling;

/// <summary>All that the next step of a retraining depends on, and all that its stages show: wanted beside observed.</summary>
internal sealed record LoopObservation
{
    public required LoopDeclaration Wanted { get; init; }

    public TriggerKind Trigger { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public RetrainingState State { get; init; }

    /// <summary>Whether monitor and scaling are as declared.</summary>
    public bool Prepared { get; init; }

    /// <summary>Whether the outcomes joined so far lie ready as a file, where they are a source.</summary>
    public bool Joined { get; init; }

    /// <summary>The newest version of the dataset before anything is ingested; null where there is none.</summary>
    public VersionNumber? Newest { get; init; }

    /// <summary>Whether there are files to ingest, or rows to check by another contract; meaningful only before the ingestion is started.</summary>
    public bool HasWork { get; init; } = true;

    /// <summary>The ingestion's job; null until it is started.</summary>
    public JobView? Ingest { get; init; }

    /// <summary>The version to learn from; null until the loop has taken note of it.</summary>
    public DatasetVersionSummary? Dataset { get; init; }

    /// <summary>The rules that rows of that version's ingestion broke; meaningful only before the runs are started.</summary>
    public IReadOnlyList<BrokenRule> Broken { get; init; } = [];

    /// <summary>One for each algorithm, in the order of model.try; empty until started.</summary>
    public IReadOnlyList<RunView> Runs { get; init; } = [];

    /// <summary>The version that the best run became; null until registered.</summary>
    public ModelVersionView? Version { get; init; }

    public bool GatesAsked { get; init; }

    /// <summary>What serves at the endpoint; null where nothing does.</summary>
    public ModelRef? Champion { get; init; }

    /// <summary>When it began to serve there; null where nothing does.</summary>
    public DateTimeOffset? ChampionSince { get; init; }

    /// <summary>Whether this version was at the endpoint before this retraining began, and is not what serves there.</summary>
    public bool WasTakenBack { get; init; }

    /// <summary>The rollout of this version; null until it is started, and where it is deployed at once.</summary>
    public RolloutView? Rollout { get; init; }

    /// <summary>What the evidence says of what serves; null where nothing is watched.</summary>
    public HarmVerdict? Harm { get; init; }

    /// <summary>When the version was deployed, at once or by its rollout; null until then.</summary>
    public DateTimeOffset? DeployedAt { get; init; }

    /// <summary>The stage at which it failed; null where it did not.</summary>
    public string? FailedAt { get; init; }

    /// <summary>What came of it, once it ended.</summary>
    public string Result { get; init; } = "";

    /// <summary>Whether the endpoint serves the version still: afterwards people may deploy another there.</summary>
    public bool Serves => Version is { } version && Champion == new ModelRef(version.Model, version.Number);
}
