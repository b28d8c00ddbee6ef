using Millrace.Api;
using Millrace.Core;

namespace Millrace.Loop.Reconciling;

/// <summary>What a reconciler does next with a retraining.</summary>
internal abstract record LoopStep
{
    /// <summary>Has endpoint watched and scaled as declared.</summary>
    internal sealed record Prepare : LoopStep;

    /// <summary>Writes the outcomes joined since the last retraining to a file, to be ingested.</summary>
    internal sealed record ExportJoined : LoopStep;

    internal sealed record StartIngest : LoopStep;

    /// <summary>Takes note of the version to learn from, once the declaration fits its columns.</summary>
    internal sealed record AdoptDataset(VersionNumber Version) : LoopStep;

    internal sealed record StartRuns : LoopStep;

    internal sealed record Register(RunId Best) : LoopStep;

    internal sealed record StartGates : LoopStep;

    /// <summary>The version serves at once: there is nothing to compare it with, or no rollout is declared.</summary>
    internal sealed record Deploy : LoopStep;

    /// <summary>The version gets a share of the traffic beside what serves.</summary>
    internal sealed record StartRollout : LoopStep;

    /// <summary>The version was trained before what serves began to do harm: it would learn nothing of it.</summary>
    internal sealed record AbortRollout(string Why) : LoopStep;

    /// <summary>Work is under way elsewhere.</summary>
    internal sealed record Wait : LoopStep;

    /// <summary>There is nothing to do any more.</summary>
    internal sealed record Rest : LoopStep;

    internal sealed record End(RetrainingState State, string Result) : LoopStep;

    /// <summary>The retraining failed at a stage.</summary>
    internal sealed record Stop(string AtStage, string Why) : LoopStep;
}
