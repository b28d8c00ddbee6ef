using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Millrace.Ui.Tests.Browser;

[Collection(nameof(InBrowser))]
public sealed class EmptyServerTests(BrowserFixture fixture)
{
    [InBrowserFact]
    public async Task Every_screen_without_data_says_what_to_do()
    {
        await using var empty = await MillraceProcess.StartAsync(null, TestContext.Current.CancellationToken);
        await using var visitor = await fixture.VisitAsync(empty);
        var found = new List<string>();
        foreach (
            var path in new[] { "", "datasets", "query", "runs", "models", "endpoints", "monitors", "alerts", "audit" }
        )
        {
            await visitor.OpenAsync(path);
            await Expect(visitor.Page.Locator("main code", new() { HasText = "millrace " }).First).ToBeVisibleAsync();
            found.AddRange(
                path.Length == 0
                    ? await visitor.FromAllSidesAsync("first-run")
                    : await visitor.FromAllSidesAsync($"empty {path}", isPictured: false)
            );
        }

        Visitor.AssertNothing(found);
    }
}
