using Millrace.Core;

namespace Millrace.Api;

public sealed partial class MillraceClient
{
    /// <summary>Starts an ingestion; its job's result is an <see cref="IngestView"/>.</summary>
    public Task<JobView> IngestAsync(DatasetName dataset, IngestRequest request, CancellationToken ct) =>
        SendAsync<JobView>(HttpMethod.Post, $"api/datasets/{dataset}/ingest", request, ct);

    /// <summary>Sends a file to a server on another machine, to be ingested by the name that comes back.</summary>
    public async Task<UploadView> UploadAsync(string name, Stream content, CancellationToken ct)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, $"api/uploads/{Uri.EscapeDataString(name)}")
        {
            Content = new StreamContent(content),
        };
        using var response = await SendAsync(request, ct).ConfigureAwait(false);
        return await ReadAsync<UploadView>(response, ct).ConfigureAwait(false);
    }

    public Task<IReadOnlyList<DatasetSummary>> DatasetsAsync(CancellationToken ct) =>
        GetAsync<IReadOnlyList<DatasetSummary>>("api/datasets", ct);

    public Task<DatasetView> DatasetAsync(DatasetName dataset, CancellationToken ct) =>
        GetAsync<DatasetView>($"api/datasets/{dataset}", ct);

    public Task<DatasetVersionView> DatasetVersionAsync(
        DatasetName dataset,
        VersionNumber version,
        CancellationToken ct
    ) => GetAsync<DatasetVersionView>($"api/datasets/{dataset}/versions/{version}", ct);

    public Task<TableView> RowsAsync(
        DatasetName dataset,
        VersionNumber version,
        int limit,
        int offset,
        CancellationToken ct
    ) =>
        GetAsync<TableView>(
            $"api/datasets/{dataset}/versions/{version}/rows{Query(("limit", limit), ("offset", offset))}",
            ct
        );

    public Task<Page<QuarantinedRow>> QuarantineAsync(
        DatasetName dataset,
        VersionNumber version,
        int limit,
        int offset,
        CancellationToken ct
    ) =>
        GetAsync<Page<QuarantinedRow>>(
            $"api/datasets/{dataset}/versions/{version}/quarantine{Query(("limit", limit), ("offset", offset))}",
            ct
        );

    /// <summary>All quarantined rows of a version's ingestion, as CSV.</summary>
    public async Task DownloadQuarantineAsync(
        DatasetName dataset,
        VersionNumber version,
        Stream to,
        CancellationToken ct
    )
    {
        var request = new HttpRequestMessage(
            HttpMethod.Get,
            $"api/datasets/{dataset}/versions/{version}/quarantine.csv"
        );
        using var response = await SendAsync(request, ct).ConfigureAwait(false);
        await response.Content.CopyToAsync(to, ct).ConfigureAwait(false);
    }

    public Task<TableView> QueryAsync(QueryRequest request, CancellationToken ct) =>
        SendAsync<TableView>(HttpMethod.Post, "api/datasets/query", request, ct);
}
