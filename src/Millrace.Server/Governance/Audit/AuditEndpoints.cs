using Microsoft.AspNetCore.Http.HttpResults;
using Millrace.Api;

namespace Millrace.Governance.Audit;

internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder api) =>
        api.MapGet("/audit", ListAsync).WithTags("Audit").ProducesProblem(400);

    private static async Task<Ok<Page<AuditEntry>>> ListAsync(
        ListAudit list,
        CancellationToken ct,
        string? kind = null,
        string? subject = null,
        int limit = 50,
        int offset = 0
    ) => TypedResults.Ok(await list.RunAsync(kind, subject, limit, offset, ct));
}
