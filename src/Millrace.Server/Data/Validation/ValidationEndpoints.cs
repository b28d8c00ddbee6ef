using Microsoft.AspNetCore.Http.HttpResults;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Data.Validation;

internal static class ValidationEndpoints
{
    public static void MapValidation(this IEndpointRouteBuilder api)
    {
        var versions = api.MapGroup("/datasets/{dataset}/versions/{number}").WithTags("Datasets");
        versions.MapGet("/quarantine", PageAsync).ProducesProblem(404);
        versions.MapGet("/quarantine.csv", DownloadAsync).ProducesProblem(404);
    }

    private static async Task<Ok<Page<QuarantinedRow>>> PageAsync(
        DatasetName dataset,
        VersionNumber number,
        ShowQuarantine show,
        CancellationToken ct,
        int limit = 50,
        int offset = 0
    ) => TypedResults.Ok(await show.PageAsync(dataset, number, limit, offset, ct));

    private static async Task<PushStreamHttpResult> DownloadAsync(
        DatasetName dataset,
        VersionNumber number,
        ShowQuarantine show,
        Versions.ReadVersion versions,
        CancellationToken ct
    )
    {
        // A version that does not exist is refused before the answer has begun.
        await versions.ManifestAsync(dataset, number, ct);
        return TypedResults.Stream(
            to => show.WriteCsvAsync(dataset, number, to, ct),
            "text/csv",
            $"{dataset}-v{number}-quarantine.csv"
        );
    }
}
