using Millrace.Core;

namespace Millrace.Engine.Declarations;

/// <summary>Where a blessed version serves.</summary>
public sealed record DeployDeclaration
{
    public required EndpointName Endpoint { get; init; }

    public RolloutDeclaration Rollout { get; init; } = new();

    public ReplicasDeclaration Replicas { get; init; } = new();
}

/// <summary>How a new version meets traffic.</summary>
public sealed record RolloutDeclaration
{
    public Position At { get; init; }

    /// <summary>Shares of traffic that a challenger gets, one after the other, each between 0 and 1; empty: all at once.</summary>
    public IReadOnlyList<double> Canary { get; init; } = [];

    /// <summary>How sure a promotion or rollback must be, between 0.5 and 1.</summary>
    public double Confidence { get; init; } = 0.99;

    /// <summary>A challenger whose loss is worse by this much must not be promoted; less is not worth waiting for. In units of the loss.</summary>
    public double Margin { get; init; } = 0.02;
}

/// <summary>How many copies serve.</summary>
public sealed record ReplicasDeclaration
{
    public int Min { get; init; } = 1;

    /// <summary>1: in the server's own process, without a hop.</summary>
    public int Max { get; init; } = 1;

    /// <summary>Requests in flight that one replica should have.</summary>
    public double TargetConcurrency { get; init; } = 16;
}
