namespace Millrace.Serving.Autoscaling;

/// <summary>What an endpoint's scaling is decided by.</summary>
internal sealed record ScalingRules
{
    public required int Min { get; init; }

    public required int Max { get; init; }

    /// <summary>Requests that one replica works on at once.</summary>
    public required double Target { get; init; }

    public TimeSpan StableWindow { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan PanicWindow { get; init; } = TimeSpan.FromSeconds(6);

    public TimeSpan IdleGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How much of the target is planned for: the rest takes what comes between two looks. Knative's default.</summary>
    public double Utilisation { get; init; } = 0.7;

    /// <summary>Panic where a burst needs this many times what there is. Knative's default.</summary>
    public double PanicThreshold { get; init; } = 2;

    /// <summary>A step multiplies the replicas by this at most.</summary>
    public double MaxUp { get; init; } = 10;

    /// <summary>A step divides the replicas by this at most.</summary>
    public double MaxDown { get; init; } = 2;
}

/// <summary>What was seen since the last look.</summary>
/// <param name="Concurrency">Requests at work or held, on average over that time.</param>
/// <param name="ArrivalsPerSecond">New requests.</param>
/// <param name="ServiceSeconds">What one takes a replica, on average; 0 where none was answered.</param>
/// <param name="Ready">Replicas that answer.</param>
/// <param name="Starting">Replicas that will.</param>
internal readonly record struct ScalingObservation(
    DateTimeOffset At,
    double Concurrency,
    double ArrivalsPerSecond,
    double ServiceSeconds,
    int Ready,
    int Starting
);
