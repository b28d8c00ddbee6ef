using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Millrace.Ui.Tests.Browser;

[Collection(nameof(InBrowser))]
public sealed class TokenTests(BrowserFixture fixture)
{
    [InBrowserFact]
    public async Task A_server_with_a_token_asks_for_it_before_it_shows_anything()
    {
        await using var guarded = await MillraceProcess.StartAsync(
            "open-sesame-42-times",
            TestContext.Current.CancellationToken
        );
        await using var visitor = await fixture.VisitAsync(guarded, width: 390);
        var page = visitor.Page;
        await page.GotoAsync("datasets");
        await Expect(page).ToHaveTitleAsync("Sign in · Millrace");
        await page.GetByLabel("Access token").FillAsync("wrong");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("not the token");
        await visitor.AssertNothingToComplainAboutAsync();
        await visitor.PictureAsync("sign-in-phone");

        await page.GetByLabel("Access token").FillAsync("open-sesame-42-times");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page).ToHaveTitleAsync("Datasets · Millrace");
        await Expect(page.GetByText("No dataset yet")).ToBeVisibleAsync();
        await visitor.AssertNothingToComplainAboutAsync();
    }
}
