using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MudBlazor.Services;

namespace Millrace.Ui.Tests.Parts;

/// <summary>What every part needs to be drawn: MudBlazor, a browser that says yes to scripts, and a clock that stands.</summary>
public abstract class PartsContext : BunitContext
{
    protected PartsContext()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        Services.AddSingleton<TimeProvider>(Clock);
    }

    protected FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 14, 12, 0, 0, TimeSpan.Zero));
}
