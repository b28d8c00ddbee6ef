using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;

namespace Millrace.Ui.Layout;

public sealed partial class MainLayout : IDisposable
{
    private ErrorBoundary? boundary;
    private bool isMoreOpen;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    private bool IsInMore => NavItem.All.Any(i => !i.OnPhone && i.IsAt(Navigation.ToBaseRelativePath(Navigation.Uri)));

    public void Dispose() => Navigation.LocationChanged -= Follow;

    protected override void OnInitialized() => Navigation.LocationChanged += Follow;

    protected override void OnParametersSet() => boundary?.Recover();

    /// <summary>Whoever chose something wants to see it, and where it is.</summary>
    private void Follow(object? sender, LocationChangedEventArgs e)
    {
        isMoreOpen = false;
        StateHasChanged();
    }
}
