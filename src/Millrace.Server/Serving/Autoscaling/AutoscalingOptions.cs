using System.ComponentModel.DataAnnotations;

namespace Millrace.Serving.Autoscaling;

/// <summary>How replicas are scaled and spoken to. Section <c>Serving:Autoscaling</c>.</summary>
internal sealed class AutoscalingOptions
{
    /// <summary>How often wanted is compared with observed. A first request and a dead replica do not wait for it.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Over how long the load is averaged to scale calmly. Knative's default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan StableWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Over how long to see a burst. Knative's default: a tenth of the stable window.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:10:00")]
    public TimeSpan PanicWindow { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>How long nothing may come before the last replica is stopped, where the endpoint may go to zero.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "1.00:00:00")]
    public TimeSpan IdleGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a replica may take to listen.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a replica that is stopped may take to finish what it has.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a replica may take to answer before it counts as hung.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many requests of one endpoint are held while no replica has room; the next is refused.</summary>
    [Range(1, 1_000_000)]
    public int MaxHeld { get; init; } = 1000;

    /// <summary>How long one is held before it is refused.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan HoldTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The most replicas that an endpoint may ask for.</summary>
    [Range(1, 1000)]
    public int MaxReplicas { get; init; } = 32;

    /// <summary>Pretends a heavier model: every replica sleeps this long before it scores, to try scaling before it is there.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan SimulatedLatency { get; init; } = TimeSpan.Zero;
}
