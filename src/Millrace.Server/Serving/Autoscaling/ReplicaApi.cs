using Microsoft.AspNetCore.Http.HttpResults;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Serving.Autoscaling;

internal static class ReplicaApi
{
    public static void MapReplicas(this IEndpointRouteBuilder api)
    {
        var replicas = api.MapGroup("/endpoints/{endpoint}/replicas").WithTags("Endpoints");
        replicas.MapGet("", ShowAsync).ProducesProblem(404);
        replicas.MapPost("", ScaleAsync).ProducesProblem(400).ProducesProblem(404);
    }

    private static async Task<Ok<ReplicasView>> ShowAsync(
        EndpointName endpoint,
        ShowReplicas show,
        CancellationToken ct
    ) => TypedResults.Ok(await show.RunAsync(endpoint, ct));

    private static async Task<Ok<ReplicasView>> ScaleAsync(
        EndpointName endpoint,
        ScaleRequest request,
        SetScaling set,
        ShowReplicas show,
        CancellationToken ct
    )
    {
        await set.RunAsync(endpoint, request.Min, request.Max, request.TargetConcurrency, request.Reason, ct);
        return TypedResults.Ok(await show.RunAsync(endpoint, ct));
    }
}
