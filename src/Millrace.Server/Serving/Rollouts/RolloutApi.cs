using Microsoft.AspNetCore.Http.HttpResults;
using Millrace.Api;
using Millrace.Core;
using Millrace.Serving.Routing;

namespace Millrace.Serving.Rollouts;

internal static class RolloutApi
{
    public static void MapRollouts(this IEndpointRouteBuilder api)
    {
        var rollouts = api.MapGroup("/endpoints/{endpoint}/rollouts").WithTags("Endpoints");
        rollouts.MapGet("", ListAsync).ProducesProblem(404);
        rollouts.MapGet("/{number}/looks", LooksAsync).ProducesProblem(404);
        rollouts.MapPost("", StartAsync).ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);
        rollouts.MapPost("/promote", PromoteAsync).ProducesProblem(409);
        rollouts.MapPost("/abort", AbortAsync).ProducesProblem(409);
    }

    private static async Task<Ok<IReadOnlyList<RolloutView>>> ListAsync(
        EndpointName endpoint,
        ShowRollouts show,
        CancellationToken ct
    ) => TypedResults.Ok(await show.ListAsync(endpoint, ct));

    private static async Task<Ok<Page<RolloutLook>>> LooksAsync(
        EndpointName endpoint,
        long number,
        ShowRollouts show,
        CancellationToken ct,
        int limit = 50,
        int offset = 0
    ) => TypedResults.Ok(await show.LooksAsync(endpoint, number, limit, offset, ct));

    private static async Task<Ok<RolloutView>> StartAsync(
        EndpointName endpoint,
        StartRolloutRequest request,
        StartRollout start,
        IDeclaredEndpoints declared,
        ShowRollouts show,
        CancellationToken ct
    )
    {
        var plan = await declared.RolloutAsync(endpoint, ct) ?? RolloutPlan.Cautious;
        await start.RunAsync(
            endpoint,
            request.Model,
            request.Version,
            request.Steps ?? plan.Steps,
            request.Confidence ?? plan.Confidence,
            request.Reason,
            ct
        );
        return TypedResults.Ok(await show.NewestAsync(endpoint, ct));
    }

    private static async Task<Ok<RolloutView>> PromoteAsync(
        EndpointName endpoint,
        RolloutRequest request,
        EndRollout end,
        ShowRollouts show,
        CancellationToken ct
    )
    {
        await end.PromoteAsync(endpoint, null, request.Reason, null, null, ct);
        return TypedResults.Ok(await show.NewestAsync(endpoint, ct));
    }

    private static async Task<Ok<RolloutView>> AbortAsync(
        EndpointName endpoint,
        RolloutRequest request,
        EndRollout end,
        ShowRollouts show,
        CancellationToken ct
    )
    {
        await end.AbortAsync(endpoint, null, request.Reason, ct);
        return TypedResults.Ok(await show.NewestAsync(endpoint, ct));
    }
}
