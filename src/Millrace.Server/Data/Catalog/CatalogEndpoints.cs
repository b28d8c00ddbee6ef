using Microsoft.AspNetCore.Http.HttpResults;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Data.Catalog;

internal static class CatalogEndpoints
{
    public static void MapCatalog(this IEndpointRouteBuilder api)
    {
        var datasets = api.MapGroup("/datasets").WithTags("Datasets");
        datasets.MapGet("", ListAsync);
        datasets.MapPost("/query", QueryAsync).ProducesProblem(400).ProducesProblem(429);
        datasets.MapGet("/{dataset}", ShowAsync).ProducesProblem(404);
        datasets.MapGet("/{dataset}/versions/{number}", VersionAsync).ProducesProblem(404);
        datasets.MapGet("/{dataset}/versions/{number}/rows", RowsAsync).ProducesProblem(404);
    }

    private static async Task<Ok<IReadOnlyList<DatasetSummary>>> ListAsync(ListDatasets list, CancellationToken ct) =>
        TypedResults.Ok(await list.RunAsync(ct));

    private static async Task<Ok<DatasetView>> ShowAsync(
        DatasetName dataset,
        ListDatasets list,
        CancellationToken ct
    ) => TypedResults.Ok(await list.OneAsync(dataset, ct));

    private static async Task<Ok<DatasetVersionView>> VersionAsync(
        DatasetName dataset,
        VersionNumber number,
        ShowVersion show,
        CancellationToken ct
    ) => TypedResults.Ok(await show.RunAsync(dataset, number, ct));

    private static async Task<Ok<TableView>> RowsAsync(
        DatasetName dataset,
        VersionNumber number,
        PreviewRows preview,
        CancellationToken ct,
        int limit = 50,
        int offset = 0
    ) => TypedResults.Ok(await preview.RunAsync(dataset, number, limit, offset, ct));

    private static async Task<Ok<TableView>> QueryAsync(
        QueryRequest request,
        QueryDatasets query,
        CancellationToken ct
    ) => TypedResults.Ok(await query.RunAsync(request, ct));
}
