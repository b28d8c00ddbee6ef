using Millrace.Core;

namespace Millrace.Api;

public sealed partial class MillraceClient
{
    /// <summary>Says what really happened. The same again changes nothing.</summary>
    public Task<OutcomesView> SendOutcomesAsync(IReadOnlyList<OutcomeRequest> outcomes, CancellationToken ct) =>
        SendAsync<OutcomesView>(HttpMethod.Post, "outcomes", new OutcomesRequest(outcomes), ct);

    public Task<IReadOnlyList<MonitorSummary>> MonitorsAsync(CancellationToken ct) =>
        GetAsync<IReadOnlyList<MonitorSummary>>("api/monitors", ct);

    public Task<MonitorView> MonitorAsync(EndpointName endpoint, CancellationToken ct) =>
        GetAsync<MonitorView>($"api/monitors/{endpoint}", ct);

    /// <summary>Newest first.</summary>
    public Task<Page<AlertView>> AlertsAsync(int limit, int offset, CancellationToken ct) =>
        GetAsync<Page<AlertView>>($"api/alerts{Query(("limit", limit), ("offset", offset))}", ct);

    /// <summary>Notes that a person has seen an alert.</summary>
    public Task SeeAlertAsync(long number, CancellationToken ct) => PostAsync($"api/alerts/{number}/seen", null, ct);
}
