using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MudBlazor;
using MudBlazor.Services;

namespace Millrace.Ui;

/// <summary>
/// The screens. They know the server by <see cref="Api.MillraceClient"/> alone, which the host registers as a scoped
/// service: whatever a screen can do, a script can do.
/// </summary>
public static class MillraceUi
{
    public static IServiceCollection AddMillraceUi(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddMudServices(mud =>
        {
            mud.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomRight;
            mud.SnackbarConfiguration.PreventDuplicates = true;
        });
        // A page lives no longer than the server that drew it, so its keys need no place on a disk.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.TryAddSingleton(TimeProvider.System);
        return services;
    }

    /// <summary>
    /// Maps the pages and their static files. A host that runs from its build output must call UseStaticWebAssets, or
    /// the packages' style sheets are not found.
    /// </summary>
    public static WebApplication MapMillraceUi(this WebApplication app)
    {
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
        app.MapFallback(Lost);
        return app;
    }

    private static RazorComponentResult<App> Lost() =>
        new(new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(App.IsLost)] = true })
        {
            StatusCode = StatusCodes.Status404NotFound,
        };
}
