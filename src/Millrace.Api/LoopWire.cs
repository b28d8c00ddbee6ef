using Millrace.Core;

namespace Millrace.Api;

/// <summary>A loop.yaml to be made so.</summary>
/// <param name="Yaml">The text, with variables substituted.</param>
/// <param name="Folder">The absolute folder that relative source files are resolved in.</param>
/// <param name="Files">Absolute files to read in place of the declared source; null for the source as declared.</param>
public sealed record ApplyRequest(string Yaml, string Folder, IReadOnlyList<string>? Files = null);

/// <param name="Changed">False where the loop was already declared so.</param>
/// <param name="Left">An endpoint that the loop no longer wants, and that serves on until somebody undeploys it.</param>
public sealed record ApplyView(LoopName Loop, int Generation, bool Changed, EndpointName? Left = null);

public enum StageState
{
    /// <summary>An earlier stage is not done.</summary>
    Waiting,
    Running,
    Done,

    /// <summary>It cannot go on without a person; the message says what to do.</summary>
    Failed,

    /// <summary>The loop does not declare it.</summary>
    Absent,
}

/// <summary>One stage of a loop.</summary>
/// <param name="Name">ingest, train, register, gates, deploy, monitor.</param>
/// <param name="Headline">The latest number, for a person: "141,695 rows", "hit_rate@10 0.184".</param>
/// <param name="Message">What is going on or what went wrong.</param>
/// <param name="Link">The address of the screen that shows more; null where there is none yet.</param>
public sealed record StageView(
    string Name,
    StageState State,
    string Headline,
    string Message,
    double? Done,
    string? Link,
    DateTimeOffset? At
);

public sealed record LoopSummary(
    LoopName Name,
    string Description,
    string Owner,
    int Generation,
    StageState State,
    string Headline,
    DateTimeOffset AppliedAt
);

public sealed record LoopView
{
    public required LoopName Name { get; init; }

    public required string Description { get; init; }

    public required string Owner { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    /// <summary>Counts the changes of the declaration.</summary>
    public required int Generation { get; init; }

    public required DateTimeOffset AppliedAt { get; init; }

    public required string Yaml { get; init; }

    /// <summary>Failed where a stage failed, done where all declared stages are, running otherwise.</summary>
    public required StageState State { get; init; }

    public required IReadOnlyList<StageView> Stages { get; init; }

    public required DatasetName Dataset { get; init; }

    public VersionNumber? DatasetVersion { get; init; }

    public required IReadOnlyList<RunId> Runs { get; init; }

    public ModelRef? Model { get; init; }

    public EndpointName? Endpoint { get; init; }

    /// <summary>Newest first; the first of all was caused by applying the loop.</summary>
    public IReadOnlyList<RetrainingView> Retrainings { get; init; } = [];
}

/// <summary>What started a retraining.</summary>
public enum TriggerKind
{
    /// <summary>A person declared the loop, or changed it.</summary>
    Applied,

    /// <summary>Evidence of harm.</summary>
    Harm,

    Schedule,
    Person,
}

public enum RetrainingState
{
    Running,

    /// <summary>Its version serves.</summary>
    Promoted,

    /// <summary>It ended without a version that serves, and without a fault: no new data, or a rollout against it.</summary>
    Kept,
    Failed,
}

/// <summary>One way through the loop, from data to a version that serves or not, with what started it.</summary>
/// <param name="Reason">Why it was started: the evidence, the schedule, or a person's words.</param>
/// <param name="Result">What came of it, for a person; empty while it runs.</param>
public sealed record RetrainingView(
    int Number,
    TriggerKind Trigger,
    string Reason,
    RetrainingState State,
    string Result,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    VersionNumber? DatasetVersion,
    ModelRef? Model,
    IReadOnlyList<StageView> Stages
);

/// <summary>A person starts a retraining.</summary>
public sealed record RetrainRequest(string Reason = "");
