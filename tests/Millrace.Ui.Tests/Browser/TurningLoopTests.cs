using Microsoft.Playwright;
using Millrace.Ui.Tests.Recorded;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Millrace.Ui.Tests.Browser;

/// <summary>The screens of a loop that has turned for weeks, over recordings: nothing sticks out, nothing is nameless.</summary>
[Collection(nameof(InBrowser))]
public sealed class TurningLoopTests(BrowserFixture fixture)
{
    private static readonly (string Name, string Path)[] Screens =
    [
        ("turning-overview", ""),
        ("turning-loop", "loops/movie-night"),
        ("monitors", "monitors"),
        ("monitor", "endpoints/movie-night?tab=monitor"),
        ("monitor-harm", "endpoints/harmed?tab=monitor"),
        ("rollout", "endpoints/movie-night?tab=rollouts"),
        ("replicas", "endpoints/movie-night?tab=replicas"),
        ("backtests", "backtests"),
        ("backtest", $"backtests/{RecordedBacktest.Done}"),
        ("alerts", "alerts"),
        ("audit-story", "audit?loop=movie-night"),
    ];

    [InBrowserFact]
    public async Task Every_screen_of_a_turning_loop_is_sound_at_both_widths_and_in_both_themes()
    {
        await using var visitor = await fixture.VisitAsync(fixture.Recorded.Address);
        var found = new List<string>();
        foreach (var (name, path) in Screens)
        {
            await visitor.OpenAsync(path);
            await Expect(visitor.Page.Locator("main .state.failed")).ToHaveCountAsync(0);
            found.AddRange(await visitor.FromAllSidesAsync(name));
        }

        Visitor.AssertNothing(found);
    }

    [InBrowserTheory]
    [InlineData(1280, false)]
    [InlineData(390, true)]
    public async Task What_has_not_happened_yet_says_so(int width, bool dark)
    {
        await using var visitor = await fixture.VisitAsync(fixture.Recorded.Address, width, dark);
        var found = new List<string>();
        foreach (
            var (name, path, words) in new[]
            {
                ("monitor-empty", "endpoints/quiet?tab=monitor", "Too early to tell"),
                ("rollout-empty", "endpoints/quiet?tab=rollouts", "No rollout yet"),
                ("replicas-empty", "endpoints/quiet?tab=replicas", "in its own process"),
                ("backtest-running", $"backtests/{RecordedBacktest.Running}", "21,344 of 57,800"),
                ("backtest-failed", $"backtests/{RecordedBacktest.Failed}", "nothing to learn from"),
                ("rollout-ended", "endpoints/movie-night?tab=rollouts&rollout=2", "v4 is worse"),
            }
        )
        {
            await visitor.OpenAsync(path);
            await Expect(visitor.Page.Locator("main")).ToContainTextAsync(words);
            found.AddRange((await visitor.ComplaintsAsync()).Select(c => $"{path} {c}"));
            await visitor.PictureAsync(name + (dark ? "-phone-dark" : ""));
        }

        Visitor.AssertNothing(found);
    }

    [InBrowserFact]
    public async Task A_rollout_is_promoted_with_a_reason()
    {
        const string Call = "POST /api/endpoints/movie-night/rollouts/promote";
        fixture.Recorded.Server.On(Call, RecordedServing.Ended(3));
        await using var visitor = await fixture.VisitAsync(fixture.Recorded.Address);
        var page = visitor.Page;
        await visitor.OpenAsync("endpoints/movie-night?tab=rollouts");
        await page.GetByRole(AriaRole.Button, new() { Name = "Promote now" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Reason").FillAsync("The evidence is good enough for me.");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Promote", Exact = true }).ClickAsync();
        await Expect(page.GetByText("v6 answers every request at movie-night.")).ToBeVisibleAsync();
        Assert.Contains(Call, fixture.Recorded.Server.Asked);
    }

    [InBrowserFact]
    public async Task A_person_retrains_with_a_reason()
    {
        const string Call = "POST /api/loops/campaign/retrain";
        fixture.Recorded.Server.On(Call, RecordedLoop.View());
        await using var visitor = await fixture.VisitAsync(fixture.Recorded.Address);
        var page = visitor.Page;
        await visitor.OpenAsync("loops/campaign");
        await page.GetByRole(AriaRole.Button, new() { Name = "Retrain now" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Reason").FillAsync("The catalogue is repaired.");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Retrain", Exact = true }).ClickAsync();
        await Expect(page.GetByText("campaign is being retrained.")).ToBeVisibleAsync();
        Assert.Contains(Call, fixture.Recorded.Server.Asked);
        await visitor.AssertNothingToComplainAboutAsync();
    }

    [InBrowserFact]
    public async Task On_a_phone_the_rest_is_behind_more_which_closes_by_itself()
    {
        await using var visitor = await fixture.VisitAsync(fixture.Recorded.Address, width: 390);
        var page = visitor.Page;
        await visitor.OpenAsync("monitors");
        await page.GetByRole(AriaRole.Button, new() { Name = "More" }).ClickAsync();
        await visitor.AssertNothingToComplainAboutAsync();
        await visitor.PictureAsync("more-phone", whole: false);
        await page.GetByRole(AriaRole.Link, new() { Name = "Backtests" }).ClickAsync();
        await Expect(page).ToHaveTitleAsync("Backtests · Millrace");
        await Expect(page.Locator("#more")).ToHaveCountAsync(0);
    }
}
