using Microsoft.AspNetCore.Components;
using Millrace.Api;
using Millrace.Core;
using Millrace.Ui.Parts;

namespace Millrace.Ui.Pages.Monitors;

public sealed partial class MonitorTab
{
    [Parameter, EditorRequired]
    public EndpointView Endpoint { get; set; } = default!;

    /// <param name="Monitor">Null where nothing is watched.</param>
    public sealed record Contents(MonitorView? Monitor, MonitorCharts Charts);

    protected override object Key => (Endpoint.Name, Endpoint.Version);

    protected override async Task<Contents> LoadAsync(CancellationToken ct)
    {
        try
        {
            var monitor = await Client.MonitorAsync(Endpoint.Name, ct);
            var retrainings = monitor.Loop is { } loop ? (await Client.LoopAsync(loop, ct)).Retrainings : [];
            return new Contents(monitor, MonitorCharts.Of(monitor, retrainings, Endpoint.History, Time.GetUtcNow()));
        }
        catch (RefusalException e) when (e.Kind is RefusalKind.NotFound)
        {
            return new Contents(null, MonitorCharts.None);
        }
    }

    protected override TimeSpan? LookAgain(Contents value) => TimeSpan.FromSeconds(5);

    private static BarList.Bar[] Bars(IReadOnlyList<BrokenRuleView> broken) =>
        [
            .. broken
                .OrderByDescending(b => b.Rows)
                .Select(b => new BarList.Bar(Show.Rule(b), b.Rows, Show.Count(b.Rows))),
        ];

    private static double? Largest(MonitorView monitor) =>
        Newest(monitor) is { } w
            ? new[] { w.Value, w.Baseline, w.Low, w.High }.Max(m => m is { } v ? Math.Abs(v) : null)
            : null;

    private static MetricWindow? Newest(MonitorView monitor) =>
        monitor.Windows.LastOrDefault(w => w.Version == monitor.Version);
}
