namespace Millrace.Serving.Rollouts;

/// <summary>Which shares, and how sure.</summary>
internal sealed record RolloutPlan(IReadOnlyList<double> Steps, double Confidence)
{
    /// <summary>For an endpoint that nobody declared anything of.</summary>
    public static RolloutPlan Cautious { get; } = new([0.05, 0.25], 0.99);
}
