using MudBlazor;

namespace Millrace.Ui.Layout;

/// <summary>One way into the screens.</summary>
/// <param name="OnPhone">Whether it stands in the bar at the bottom of a phone; the others are behind "More".</param>
public sealed record NavItem(string Title, string Link, string Icon, bool OnPhone)
{
    /// <summary>The first part of other addresses that belong to it.</summary>
    public string? Also { get; init; }

    /// <summary>The one with a count.</summary>
    public static readonly NavItem Alerts = new("Alerts", "alerts", Icons.Material.Outlined.NotificationsNone, true);

    public static readonly IReadOnlyList<NavItem> All =
    [
        new("Overview", "", Icons.Material.Outlined.SpaceDashboard, true) { Also = "loops" },
        new("Datasets", "datasets", Icons.Material.Outlined.TableChart, false),
        new("Query", "query", Icons.Material.Outlined.Terminal, false),
        new("Runs", "runs", Icons.Material.Outlined.Timeline, false),
        new("Models", "models", Icons.Material.Outlined.Category, false),
        new("Endpoints", "endpoints", Icons.Material.Outlined.Sensors, true),
        new("Monitors", "monitors", Icons.Material.Outlined.MonitorHeart, true),
        new("Backtests", "backtests", Icons.Material.Outlined.History, false),
        Alerts,
        new("Audit", "audit", Icons.Material.Outlined.ReceiptLong, false),
    ];

    /// <summary>Whether an address, relative to the base, is among its screens.</summary>
    public bool IsAt(string path)
    {
        var first = path.Split('/', '?', '#')[0];
        return string.Equals(first, Link, StringComparison.Ordinal)
            || string.Equals(first, Also, StringComparison.Ordinal);
    }
}
