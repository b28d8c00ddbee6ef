using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Logging;
using Millrace.Api;

namespace Millrace.Ui.Parts;

/// <summary>
/// A page that shows one thing of the server: loads it, shows what went wrong, and looks again as often as the thing
/// itself asks for. Prerendering shows the page's skeleton; the first look follows once the page is interactive.
/// </summary>
public abstract class Screen<T> : ComponentBase, IAsyncDisposable
    where T : class
{
    private CancellationTokenSource? watch;
    private Task watching = Task.CompletedTask;
    private object? shown;

    [Inject]
    protected MillraceClient Client { get; set; } = default!;

    [Inject]
    protected TimeProvider Time { get; set; } = default!;

    [Inject]
    protected NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private ILoggerFactory Logs { get; set; } = default!;

    protected Loaded<T> View { get; private set; } = Loaded.Nothing<T>();

    /// <summary>What of the address decides what is loaded: when it changes, the screen loads afresh.</summary>
    protected abstract object Key { get; }

    /// <summary>Lives as long as the screen shows this key.</summary>
    protected CancellationToken Alive => watch?.Token ?? CancellationToken.None;

    protected abstract Task<T> LoadAsync(CancellationToken ct);

    /// <summary>After how long to look again; null for never.</summary>
    protected virtual TimeSpan? LookAgain(T value) => null;

    protected override async Task OnParametersSetAsync()
    {
        if (RendererInfo.IsInteractive && !Equals(shown, Key))
        {
            shown = Key;
            View = Loaded.Nothing<T>();
            await StartAsync();
        }
    }

    /// <summary>Looks again at once: after a change, or when a person asks to retry.</summary>
    protected Task RefreshAsync() => StartAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        GC.SuppressFinalize(this);
    }

    private async Task StartAsync()
    {
        await StopAsync();
        watch = new CancellationTokenSource();
        watching = WatchAsync(watch.Token);
    }

    private async Task StopAsync()
    {
        if (watch is { } running)
        {
            watch = null;
            await running.CancelAsync();
            await watching;
            running.Dispose();
        }
    }

    private async Task WatchAsync(CancellationToken ct)
    {
        try
        {
            for (TimeSpan? pause = TimeSpan.Zero; pause is { } wait; )
            {
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, Time, ct);
                }

                pause = await LookAsync(ct);
                StateHasChanged();
            }
        }
        catch (Exception) when (ct.IsCancellationRequested)
        {
            // The screen shows something else now.
        }
    }

    private async Task<TimeSpan?> LookAsync(CancellationToken ct)
    {
        try
        {
            var value = await LoadAsync(ct);
            ct.ThrowIfCancellationRequested();
            View = Loaded.Ready(value);
            return LookAgain(value);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            View = View.Failed(e);
            Logs.CreateLogger(GetType()).LogFailed(GetType().Name, e);
            // What is on the screen may be looked at again; what never came waits for a person.
            return View.Value is null ? null : TimeSpan.FromSeconds(5);
        }
    }
}

internal static partial class ScreenLog
{
    [LoggerMessage(LogLevel.Debug, "{Screen} could not load")]
    public static partial void LogFailed(this ILogger logger, string screen, Exception e);
}
