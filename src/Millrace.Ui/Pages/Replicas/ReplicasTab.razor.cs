using Microsoft.AspNetCore.Components;
using Millrace.Api;
using Millrace.Core;
using Millrace.Ui.Parts;
using MudBlazor;

namespace Millrace.Ui.Pages.Replicas;

public sealed partial class ReplicasTab
{
    [Parameter, EditorRequired]
    public EndpointName Endpoint { get; set; }

    [Inject]
    private ISnackbar News { get; set; } = default!;

    protected override object Key => Endpoint;

    protected override Task<ReplicasView> LoadAsync(CancellationToken ct) => Client.ReplicasAsync(Endpoint, ct);

    protected override TimeSpan? LookAgain(ReplicasView value) => TimeSpan.FromSeconds(2);

    private static IReadOnlyList<ChartLine> Counts(ReplicasView r) =>
        r.History.Count == 0
            ? []
            :
            [
                new ChartLine("wanted", [.. r.History.Select(p => new ChartPoint(ChartAxis.At(p.At), p.Wanted))])
                {
                    IsStep = true,
                    Look = ChartLook.Second,
                },
                new ChartLine("ready", [.. r.History.Select(p => new ChartPoint(ChartAxis.At(p.At), p.Ready))])
                {
                    IsStep = true,
                    Look = ChartLook.First,
                },
            ];

    private static IReadOnlyList<ChartLine> InFlight(ReplicasView r) =>
        r.History.Count == 0
            ? []
            : [new ChartLine("in flight", [.. r.History.Select(p => new ChartPoint(ChartAxis.At(p.At), p.InFlight))])];

    private static (double, double)? Range(ReplicasView r) =>
        r.History.Count == 0 ? null : (ChartAxis.At(r.History[0].At), ChartAxis.At(r.History[^1].At));

    private static string ReadyUnder(ReplicasView r) =>
        r.Max <= 1 ? "in the server's own process"
        : r.Ready < r.Wanted ? $"{Show.Count(r.Wanted - r.Ready)} starting"
        : r.Ready > r.Wanted ? $"{Show.Count(r.Ready - r.Wanted)} going"
        : r.Ready == 0 ? "nobody asks"
        : "as many as wanted";

    private async Task ScaleAsync(ScaleRequest request)
    {
        await News.TryAsync(
            () => Client.ScaleAsync(Endpoint, request, Alive),
            "The endpoint scales by these from now on."
        );
        await RefreshAsync();
    }
}
