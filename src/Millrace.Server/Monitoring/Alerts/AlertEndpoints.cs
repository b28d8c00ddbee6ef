using Microsoft.AspNetCore.Http.HttpResults;
using Millrace.Api;

namespace Millrace.Monitoring.Alerts;

internal static class AlertEndpoints
{
    public static void MapAlerts(this IEndpointRouteBuilder api)
    {
        var alerts = api.MapGroup("/alerts").WithTags("Alerts");
        alerts.MapGet("", ListAsync).ProducesProblem(400);
        alerts.MapPost("/{number}/seen", SeeAsync).ProducesProblem(404);
    }

    private static async Task<Ok<Page<AlertView>>> ListAsync(
        ListAlerts list,
        CancellationToken ct,
        int limit = 50,
        int offset = 0
    ) => TypedResults.Ok(await list.RunAsync(limit, offset, ct));

    private static async Task<NoContent> SeeAsync(long number, SeeAlert see, CancellationToken ct)
    {
        await see.RunAsync(number, ct);
        return TypedResults.NoContent();
    }
}
