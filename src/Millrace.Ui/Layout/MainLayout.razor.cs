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

    public void Dispose() => Navigation.LocationChanged -= CloseMore;

    protected override void OnInitialized() => Navigation.LocationChanged += CloseMore;

    protected override void OnParametersSet() => boundary?.Recover();

    /// <summary>Whoever chose something wants to see it.</summary>
    private void CloseMore(object? sender, LocationChangedEventArgs e)
    {
        if (isMoreOpen)
        {
            isMoreOpen = false;
            StateHasChanged();
        }
    }
}
