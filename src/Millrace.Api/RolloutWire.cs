using Millrace.Core;

namespace Millrace.Api;

public enum RolloutState
{
    Running,
    Promoted,

    /// <summary>The evidence was against the challenger.</summary>
    RolledBack,

    /// <summary>A person ended it.</summary>
    Aborted,
}

/// <summary>The change of an endpoint from one version to the next, by growing shares of its traffic.</summary>
public sealed record RolloutView
{
    public required long Number { get; init; }

    public required EndpointName Endpoint { get; init; }

    public required ModelRef Champion { get; init; }

    public required ModelRef Challenger { get; init; }

    public required RolloutState State { get; init; }

    /// <summary>The shares of traffic, one after the other.</summary>
    public required IReadOnlyList<double> Steps { get; init; }

    /// <summary>Which of <see cref="Steps"/> it is at, from 0.</summary>
    public required int Step { get; init; }

    public required double Confidence { get; init; }

    public required string Reason { get; init; }

    /// <summary>Why it ended; empty while it runs.</summary>
    public required string Verdict { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Every look at the evidence that changed something, oldest first, and the newest.</summary>
    public required IReadOnlyList<RolloutLook> Looks { get; init; }

    /// <summary>How often the evidence was looked at: <c>/rollouts/{number}/looks</c> has each look.</summary>
    public required long LooksTaken { get; init; }

    /// <summary>Null once it is over, and where its challenger could not be loaded.</summary>
    public RolloutTraffic? Traffic { get; init; }
}

/// <summary>Single predictions that each version answered since the server started.</summary>
/// <param name="FellBack">Of the champion's: those that the challenger should have answered and could not.</param>
public sealed record RolloutTraffic(long Champion, long Challenger, long FellBack);

/// <summary>One look at a rollout's evidence.</summary>
/// <param name="ChampionMetric">Mean of the live metric over the champion's outcomes; null where there is none.</param>
/// <param name="WorseEvidence">log10 of the e-process against "the challenger is no worse".</param>
/// <param name="SafeEvidence">log10 of the e-process against "the challenger is worse by the margin".</param>
/// <param name="Threshold">log10 of what either must pass.</param>
/// <param name="Metric">The live metric's name; null in what was kept before looks had it.</param>
public sealed record RolloutLook(
    DateTimeOffset At,
    double Share,
    long ChampionOutcomes,
    long ChallengerOutcomes,
    double? ChampionMetric,
    double? ChallengerMetric,
    double WorseEvidence,
    double SafeEvidence,
    double Threshold,
    string Verdict,
    string? Metric = null
);

/// <summary>Why a person promotes or aborts.</summary>
public sealed record RolloutRequest(string Reason = "");

/// <summary>Starts a rollout by hand; null steps: the loop's.</summary>
public sealed record StartRolloutRequest(
    ModelName Model,
    VersionNumber Version,
    IReadOnlyList<double>? Steps = null,
    double? Confidence = null,
    string Reason = ""
);

public enum ReplicaState
{
    Starting,
    Ready,
    Stopping,
}

/// <summary>How many copies serve an endpoint, and how many should.</summary>
public sealed record ReplicasView
{
    public required EndpointName Endpoint { get; init; }

    public required int Min { get; init; }

    /// <summary>1: in the server's own process, without a hop.</summary>
    public required int Max { get; init; }

    public required double TargetConcurrency { get; init; }

    public required int Wanted { get; init; }

    public required int Ready { get; init; }

    /// <summary>Requests at work.</summary>
    public required int InFlight { get; init; }

    /// <summary>Requests held until a replica is ready.</summary>
    public required int Held { get; init; }

    public required IReadOnlyList<ReplicaView> Replicas { get; init; }

    /// <summary>Oldest first, the last hour or so.</summary>
    public required IReadOnlyList<ReplicaPoint> History { get; init; }
}

public sealed record ReplicaView(int ProcessId, ReplicaState State, DateTimeOffset Since, int InFlight, long Answered);

public sealed record ReplicaPoint(DateTimeOffset At, int Wanted, int Ready, double InFlight);

/// <summary>Changes how an endpoint scales; what is null stays.</summary>
public sealed record ScaleRequest(
    int? Min = null,
    int? Max = null,
    double? TargetConcurrency = null,
    string Reason = ""
);
