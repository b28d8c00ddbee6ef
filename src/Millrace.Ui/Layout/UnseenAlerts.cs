using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Millrace.Api;
using Millrace.Ui.Parts;

namespace Millrace.Ui.Layout;

/// <summary>How many of the newest alerts nobody has seen, for whatever of the layout shows it.</summary>
public sealed class UnseenAlerts : Screen<Page<AlertView>>
{
    /// <summary>More than that is said to be so many and more.</summary>
    private const int Newest = 99;

    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    public int Count => View.Value?.Items.Count(a => a.SeenAt is null) ?? 0;

    public bool IsCritical =>
        View.Value?.Items.Any(a => a is { SeenAt: null, Severity: AlertSeverity.Critical }) == true;

    protected override object Key => typeof(UnseenAlerts);

    /// <summary>Looks at once: a person has just seen one.</summary>
    public Task LookAsync() => RefreshAsync();

    protected override Task<Page<AlertView>> LoadAsync(CancellationToken ct) => Client.AlertsAsync(Newest, 0, ct);

    protected override TimeSpan? LookAgain(Page<AlertView> value) => TimeSpan.FromSeconds(10);

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenComponent<CascadingValue<UnseenAlerts>>(0);
        builder.AddComponentParameter(1, nameof(CascadingValue<UnseenAlerts>.Value), this);
        builder.AddComponentParameter(2, nameof(CascadingValue<UnseenAlerts>.ChildContent), ChildContent);
        builder.CloseComponent();
    }
}
