using Microsoft.AspNetCore.Http.HttpResults;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Serving.Routing;

internal static class EndpointApi
{
    public static void MapEndpoints(this IEndpointRouteBuilder api)
    {
        var endpoints = api.MapGroup("/endpoints").WithTags("Endpoints");
        endpoints.MapGet("", ListAsync);
        endpoints.MapGet("/{endpoint}", ShowAsync).ProducesProblem(404);
        endpoints.MapPost("/{endpoint}/deploy", DeployAsync).ProducesProblem(404).ProducesProblem(409);
        endpoints.MapPost("/{endpoint}/rollback", RollbackAsync).ProducesProblem(404).ProducesProblem(409);
        endpoints.MapPost("/{endpoint}/undeploy", UndeployAsync).ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<Ok<IReadOnlyList<EndpointSummary>>> ListAsync(ShowEndpoints show, CancellationToken ct) =>
        TypedResults.Ok(await show.ListAsync(ct));

    private static async Task<Ok<EndpointView>> ShowAsync(
        EndpointName endpoint,
        ShowEndpoints show,
        CancellationToken ct
    ) => TypedResults.Ok(await show.RunAsync(endpoint, ct));

    private static async Task<Ok<EndpointView>> DeployAsync(
        EndpointName endpoint,
        DeployRequest request,
        Deploy deploy,
        ShowEndpoints show,
        CancellationToken ct
    )
    {
        await deploy.RunAsync(endpoint, request.Model, request.Version, request.Reason, ct);
        return TypedResults.Ok(await show.RunAsync(endpoint, ct));
    }

    private static async Task<NoContent> UndeployAsync(
        EndpointName endpoint,
        UndeployRequest request,
        Undeploy undeploy,
        CancellationToken ct
    )
    {
        await undeploy.RunAsync(endpoint, request.Reason, ct);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<EndpointView>> RollbackAsync(
        EndpointName endpoint,
        RollbackRequest request,
        Rollback rollback,
        ShowEndpoints show,
        CancellationToken ct
    )
    {
        await rollback.RunAsync(endpoint, request.Reason, ct);
        return TypedResults.Ok(await show.RunAsync(endpoint, ct));
    }
}
