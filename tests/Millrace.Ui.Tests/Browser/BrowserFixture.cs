using Microsoft.Playwright;
using Millrace.Ui.Tests.Recorded;
using Xunit;

namespace Millrace.Ui.Tests.Browser;

/// <summary>A Chromium, and a recorded site whose loop has turned for weeks.</summary>
public class BrowserFixture : IAsyncLifetime
{
    /// <summary>Milliseconds; many times what any takes.</summary>
    internal const int TestLimit = 240_000;

    /// <summary>Debian's, the lighter first.</summary>
    private static readonly string[] Chromiums = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(20);

    private IPlaywright? playwright;
    private IBrowser? browser;

    internal RecordedSite Recorded { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(StartLimit);
        await StartAsync(patience.Token).WaitAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            // One that hangs is a child of Playwright's driver, and ends with it.
            await Task.WhenAny(browser.CloseAsync(), Task.Delay(EndLimit, TimeProvider.System));
        }

        playwright?.Dispose();
        await EndAsync();
        GC.SuppressFinalize(this);
    }

    internal Task<Visitor> VisitAsync(MillraceProcess server, int width = 1280, bool dark = false) =>
        VisitAsync(server.Address, width, dark);

    internal async Task<Visitor> VisitAsync(Uri address, int width = 1280, bool dark = false)
    {
        var context = await browser!.NewContextAsync(
            new()
            {
                BaseURL = address.ToString(),
                ViewportSize = new() { Width = width, Height = Visitor.Height(width) },
                ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
                ReducedMotion = ReducedMotion.Reduce,
                Permissions = ["clipboard-read", "clipboard-write"],
            }
        );
        return new Visitor(context, await context.NewPageAsync());
    }

    private protected virtual async Task StartAsync(CancellationToken ct)
    {
        Recorded = await RecordedSite.StartAsync();
        Assertions.SetDefaultExpectTimeout(20_000);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(
            new()
            {
                // Playwright's own download where Debian's is not there.
                ExecutablePath = Chromiums.FirstOrDefault(File.Exists),
                Headless = true,
                Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
            }
        );
    }

    /// <summary>Where the start did not come to its end, there is not all of it.</summary>
    private protected virtual ValueTask EndAsync() => Recorded?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>And a server with a loop that ran.</summary>
public sealed class ServersFixture : BrowserFixture
{
    internal MillraceProcess Server { get; private set; } = null!;

    /// <summary>The id of a backtest of the loop that ran.</summary>
    internal string Backtest { get; private set; } = "";

    private protected override async Task StartAsync(CancellationToken ct)
    {
        Server = await MillraceProcess.StartAsync(null, ct);
        await Subscribers.ApplyAsync(Server, ct);
        await base.StartAsync(ct);
        var loop = await Subscribers.EndOfLoopAsync(Server.Client, ct);
        Assert.True(
            loop.State is Api.StageState.Done,
            string.Join('\n', loop.Stages.Select(s => $"{s.Name}: {s.State} {s.Message}"))
        );
        Backtest = (await Subscribers.StartBacktestAsync(Server, ct)).Id;
    }

    private protected override async ValueTask EndAsync()
    {
        await base.EndAsync();
        await (Server?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}

/// <summary>Those that need no server with a loop that ran go beside those that do.</summary>
[CollectionDefinition(nameof(InBrowser))]
public sealed class InBrowser : ICollectionFixture<BrowserFixture>;

/// <inheritdoc cref="InBrowser"/>
[CollectionDefinition(nameof(OnServers))]
public sealed class OnServers : ICollectionFixture<ServersFixture>;
