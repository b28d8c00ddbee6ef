using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Data.Ingest;

internal static class IngestEndpoints
{
    public static void MapIngest(this IEndpointRouteBuilder api)
    {
        api.MapPost("/datasets/{dataset}/ingest", IngestAsync)
            .WithTags("Datasets")
            .ProducesProblem(400)
            .ProducesProblem(409);
        api.MapPut("/uploads/{name}", UploadAsync).WithTags("Datasets").ProducesProblem(400).ProducesProblem(429);
    }

    private static async Task<Accepted<JobView>> IngestAsync(
        DatasetName dataset,
        IngestRequest request,
        IngestDataset ingest,
        CancellationToken ct
    )
    {
        if (request.Files is not { Count: > 0 } || request.Files.Any(string.IsNullOrEmpty))
        {
            throw Refusal.Invalid("'files' must be a list of paths, or of names that the upload endpoint gave.");
        }

        var order = new IngestOrder
        {
            Dataset = dataset,
            Files = request.Files,
            Read = ContractMapping.FromWire(request.Read ?? new()),
            Contract = ContractMapping.FromWire(request.Contract ?? new()),
            Reason = request.Reason,
        };
        var job = await ingest.RunAsync(order, keepContract: request.Contract is null, ct);
        return TypedResults.Accepted($"/api/jobs/{job.Id}", job);
    }

    private static async Task<Ok<UploadView>> UploadAsync(
        string name,
        HttpContext http,
        UploadFile upload,
        CancellationToken ct
    )
    {
        // The limit is ours, and told with a remedy; Kestrel's own is 30 MB.
        http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        return TypedResults.Ok(await upload.RunAsync(name, http.Request.Body, ct));
    }
}
