using Millrace.Core;

namespace Millrace.Serving.Rollouts;

/// <summary>Which shares, and how sure.</summary>
internal sealed record RolloutPlan(IReadOnlyList<double> Steps, double Confidence)
{
    /// <summary>For an endpoint that nobody declared anything of.</summary>
    public static RolloutPlan Cautious { get; } = new([0.05, 0.25], 0.99);
}

/// <summary>How an endpoint's rollouts were declared: serving knows no loops, yet a rollout by hand goes as the loop's would.</summary>
internal interface IRolloutPlans
{
    /// <returns>Null where nothing is declared.</returns>
    Task<RolloutPlan?> OfEndpointAsync(EndpointName endpoint, CancellationToken ct);
}

/// <summary>Where no loop says anything.</summary>
internal sealed class NoRolloutPlans : IRolloutPlans
{
    public Task<RolloutPlan?> OfEndpointAsync(EndpointName endpoint, CancellationToken ct) =>
        Task.FromResult<RolloutPlan?>(null);
}
