using Microsoft.AspNetCore.Components;
using Millrace.Api;
using Millrace.Ui.Layout;
using Millrace.Ui.Parts;
using MudBlazor;

namespace Millrace.Ui.Pages.Alerts;

public sealed partial class AlertsPage
{
    private const int PageSize = 50;

    [SupplyParameterFromQuery(Name = "page")]
    private int? Wanted { get; set; }

    [CascadingParameter]
    private UnseenAlerts? Unseen { get; set; }

    [Inject]
    private ISnackbar News { get; set; } = default!;

    private int Page => Math.Max(1, Wanted ?? 1);

    protected override object Key => Page;

    protected override Task<Page<AlertView>> LoadAsync(CancellationToken ct) =>
        Client.AlertsAsync(PageSize, (Page - 1) * PageSize, ct);

    protected override TimeSpan? LookAgain(Page<AlertView> value) => TimeSpan.FromSeconds(5);

    private async Task SeeAsync(IReadOnlyList<AlertView> alerts)
    {
        await News.TryAsync(
            async () =>
            {
                foreach (var alert in alerts)
                {
                    await Client.SeeAlertAsync(alert.Number, Alive);
                }
            },
            alerts.Count == 1 ? "Noted as seen." : $"{Show.Count(alerts.Count, "alert")} noted as seen."
        );
        await RefreshAsync();
        await (Unseen?.LookAsync() ?? Task.CompletedTask);
    }

    private static string Link(AlertView alert) =>
        alert.Kind switch
        {
            "harm" or "shift" => $"endpoints/{alert.Subject}?tab=monitor",
            "rolled-back" or "promoted" => $"endpoints/{alert.Subject}?tab=rollouts",
            "replica-died" => $"endpoints/{alert.Subject}?tab=replicas",
            _ => $"loops/{alert.Subject}",
        };

    private static string Delivered(AlertView alert) =>
        alert.Delivery switch
        {
            "" or "none" => "No webhook is set",
            "waiting" => "Webhook: waiting to be delivered",
            "delivered" => "Webhook: delivered",
            var trouble => $"Webhook: {trouble}",
        };
}
