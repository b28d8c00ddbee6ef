using Millrace.Core;
using Millrace.Serving.Rollouts;

namespace Millrace.Serving.Routing;

/// <summary>What is declared of endpoints: serving knows no loops, yet what is done by hand goes as the loop's would.</summary>
internal interface IDeclaredEndpoints
{
    /// <returns>The loop that wants it to serve; null where none does.</returns>
    Task<LoopName?> LoopAsync(EndpointName endpoint, CancellationToken ct);

    /// <returns>How its rollouts go; null where nothing is declared.</returns>
    Task<RolloutPlan?> RolloutAsync(EndpointName endpoint, CancellationToken ct);
}

/// <summary>Where no loop says anything.</summary>
internal sealed class NothingDeclared : IDeclaredEndpoints
{
    public Task<LoopName?> LoopAsync(EndpointName endpoint, CancellationToken ct) => Task.FromResult<LoopName?>(null);

    public Task<RolloutPlan?> RolloutAsync(EndpointName endpoint, CancellationToken ct) =>
        Task.FromResult<RolloutPlan?>(null);
}
