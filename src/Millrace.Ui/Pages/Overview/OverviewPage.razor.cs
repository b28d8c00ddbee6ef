using Millrace.Api;

namespace Millrace.Ui.Pages.Overview;

public sealed partial class OverviewPage
{
    public sealed record Contents(
        ServerView Server,
        IReadOnlyList<LoopSummary> Loops,
        IReadOnlyList<EndpointSummary> Endpoints,
        IReadOnlyList<DatasetSummary> Datasets,
        Page<RunSummary> Runs,
        IReadOnlyList<ModelSummary> Models,
        Page<AuditEntry> Audit,
        IReadOnlyList<MonitorSummary> Monitors
    )
    {
        public bool IsNew => Loops.Count == 0 && Datasets.Count == 0 && Endpoints.Count == 0;
    }

    protected override object Key => typeof(OverviewPage);

    protected override async Task<Contents> LoadAsync(CancellationToken ct)
    {
        var server = Client.ServerAsync(ct);
        var loops = Client.LoopsAsync(ct);
        var endpoints = Client.EndpointsAsync(ct);
        var datasets = Client.DatasetsAsync(ct);
        var runs = Client.RunsAsync(null, 20, 0, ct);
        var models = Client.ModelsAsync(ct);
        var audit = Client.AuditAsync(null, null, 6, 0, ct);
        var monitors = Client.MonitorsAsync(ct);
        await Task.WhenAll(server, loops, endpoints, datasets, runs, models, audit, monitors);
        return new Contents(
            await server,
            await loops,
            await endpoints,
            await datasets,
            await runs,
            await models,
            await audit,
            await monitors
        );
    }

    protected override TimeSpan? LookAgain(Contents value) =>
        TimeSpan.FromSeconds(value.Loops.Any(l => l.State is StageState.Running) ? 1 : 5);

    private static string RunsUnder(Contents c)
    {
        var running = c.Runs.Items.Count(r => r.State is RunState.Running);
        return running > 0 ? $"{running} running" : "none running";
    }
}
