using Microsoft.Playwright;
using Millrace.Core;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Millrace.Ui.Tests.Browser;

/// <summary>Every screen, wide and narrow, light and dark: nothing sticks out, nothing is unreadable, nothing is nameless.</summary>
[Collection(nameof(OnServers))]
public sealed class ScreensTests(ServersFixture fixture)
{
    [InBrowserFact]
    public async Task Every_screen_is_sound_at_both_widths_and_in_both_themes()
    {
        await using var visitor = await fixture.VisitAsync(fixture.Server);
        var found = new List<string>();
        foreach (var (name, path) in await ScreensAsync())
        {
            await visitor.OpenAsync(path);
            await Expect(visitor.Page.Locator("main .state.failed")).ToHaveCountAsync(0);
            found.AddRange(await visitor.FromAllSidesAsync(name));
        }

        Visitor.AssertNothing(found);
    }

    [InBrowserTheory]
    [InlineData("datasets/nothing-here", "nothing-here")]
    [InlineData("runs/00000000000000000000000000000000", "00000000000000000000000000000000")]
    [InlineData("models/nothing-here", "nothing-here")]
    [InlineData("models/staying/versions/99", "99")]
    [InlineData("endpoints/nothing-here", "nothing-here")]
    [InlineData("loops/nothing-here", "nothing-here")]
    [InlineData("loops/Not%20A%20Name", "Not A Name")]
    public async Task What_does_not_exist_is_named(string path, string name)
    {
        await using var visitor = await fixture.VisitAsync(fixture.Server);
        await visitor.OpenAsync(path);
        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync(name);
        await Expect(visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Try again" })).ToBeVisibleAsync();
        await visitor.AssertNothingToComplainAboutAsync();
    }

    [InBrowserFact]
    public async Task Whoever_goes_by_keyboard_sees_where_they_are()
    {
        await using var visitor = await fixture.VisitAsync(fixture.Server);
        await visitor.OpenAsync("models/staying");
        var unseen = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            await visitor.Page.Keyboard.PressAsync("Tab");
            unseen.AddRange(await visitor.Page.EvaluateAsync<string[]>(Scripts.FocusWithoutARing));
        }

        Visitor.AssertNothing(unseen);
    }

    [InBrowserTheory]
    [InlineData(1280, false)]
    [InlineData(390, true)]
    public async Task A_lost_connection_is_told_and_leaves_the_screen_readable(int width, bool dark)
    {
        await using var visitor = await fixture.VisitAsync(fixture.Server, width, dark);
        var page = visitor.Page;
        await visitor.OpenAsync("models");
        var card = page.GetByRole(AriaRole.Alertdialog);
        await Expect(card).ToBeHiddenAsync();
        // As Blazor does when the server is gone.
        await page.EvaluateAsync(
            "document.getElementById('components-reconnect-modal').classList.add('components-reconnect-show')"
        );
        await Expect(card).ToContainTextAsync("The connection to the server is gone");
        await visitor.AssertNothingToComplainAboutAsync();
        await visitor.PictureAsync("connection-gone" + (dark ? "-phone-dark" : ""), whole: false);
        await card.GetByRole(AriaRole.Button, new() { Name = "Load the page again" }).ClickAsync();
        await Expect(card).ToBeHiddenAsync();
        await visitor.ReadyAsync();
    }

    [InBrowserFact]
    public async Task A_wrong_address_gets_a_page_and_the_status_404()
    {
        await using var visitor = await fixture.VisitAsync(fixture.Server);
        var response = await visitor.Page.GotoAsync("no/such/page");
        Assert.Equal(404, response!.Status);
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "To the overview" }).ClickAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Overview");
    }

    private async Task<IReadOnlyList<(string Name, string Path)>> ScreensAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        var loop = await fixture.Server.Client.LoopAsync(new LoopName("staying"), ct);
        Assert.NotNull((await Subscribers.EndOfBacktestAsync(fixture.Server.Client, fixture.Backtest, ct)).Result);
        return
        [
            ("overview", ""),
            ("loop", "loops/staying"),
            ("datasets", "datasets"),
            ("dataset", $"datasets/{loop.Dataset}"),
            ("dataset-rows", $"datasets/{loop.Dataset}?tab=rows"),
            ("dataset-quarantine", $"datasets/{loop.Dataset}?tab=quarantine"),
            ("dataset-versions", $"datasets/{loop.Dataset}?tab=versions"),
            ("dataset-files", $"datasets/{loop.Dataset}?tab=files"),
            ("ingest", "ingest"),
            (
                "query",
                $"query?sql=select plan, count(*) as n, avg(hours) as hours from \"{loop.Dataset}\" group by plan"
            ),
            ("runs", "runs"),
            ("run", $"runs/{loop.Runs[0]}"),
            ("models", "models"),
            ("model", "models/staying"),
            ("model-version", $"models/staying/versions/{loop.Model!.Version}"),
            ("endpoints", "endpoints"),
            ("endpoint", "endpoints/staying"),
            ("live-monitor", "endpoints/staying?tab=monitor"),
            ("live-rollouts", "endpoints/staying?tab=rollouts"),
            ("live-replicas", "endpoints/staying?tab=replicas"),
            ("live-backtest", $"backtests/{fixture.Backtest}"),
            ("live-backtests", "backtests"),
            ("live-monitors", "monitors"),
            ("live-alerts", "alerts"),
            ("audit", "audit"),
            ("live-story", "audit?loop=staying"),
        ];
    }
}
