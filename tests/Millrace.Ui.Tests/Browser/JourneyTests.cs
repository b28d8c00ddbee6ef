using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Millrace.Api;
using Millrace.Core;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Millrace.Ui.Tests.Browser;

/// <summary>What people come for, done in a browser against the real server.</summary>
[Collection(nameof(OnServers))]
public sealed class JourneyTests(ServersFixture fixture)
{
    [InBrowserFact]
    public async Task A_prediction_is_made_by_keyboard_alone_and_appears_in_the_log()
    {
        await using var visitor = await fixture.VisitAsync(fixture.Server);
        var page = visitor.Page;
        await visitor.OpenAsync("");
        await TabToAsync(page, "Skip to the content");
        await TabToAsync(page, "Endpoints");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveTitleAsync("Endpoints · Millrace");
        await visitor.ReadyAsync();
        await TabToAsync(page, "staying");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveTitleAsync("staying · Millrace");
        await visitor.ReadyAsync();
        await TabToAsync(page, "hours double");
        await page.Keyboard.PressAsync("Control+A");
        await page.Keyboard.TypeAsync("31.5");
        await page.Keyboard.PressAsync("Enter");

        var answer = page.GetByRole(AriaRole.Region, new() { Name = "Answer" });
        await Expect(answer).ToContainTextAsync("true");
        await Expect(answer).ToContainTextAsync("staying v1");
        var log = page.GetByRole(AriaRole.Region, new() { Name = "Recent predictions" });
        await Expect(log).ToContainTextAsync("31.5");
        await visitor.AssertNothingToComplainAboutAsync();
        await visitor.PictureAsync("prediction");
    }

    [InBrowserFact]
    public async Task What_really_happened_is_joined_and_shown_at_the_monitor()
    {
        var ct = TestContext.Current.CancellationToken;
        var client = fixture.Server.Client;
        var endpoint = new EndpointName("staying");
        var example = (await client.EndpointAsync(endpoint, ct)).Example;
        var outcomes = new List<OutcomeRequest>();
        for (var i = 0; i < 30; i++)
        {
            var answer = await client.PredictAsync(endpoint, example, ct);
            outcomes.Add(
                new()
                {
                    PredictionId = PredictionId.Parse(answer.PredictionId, null),
                    Outcome = JsonSerializer.SerializeToElement(i % 3 == 0 ? "true" : "false"),
                }
            );
        }

        await client.SendOutcomesAsync(outcomes, ct);
        await using var visitor = await fixture.VisitAsync(fixture.Server);
        await visitor.OpenAsync("endpoints/staying?tab=monitor");
        await Expect(visitor.Page.GetByRole(AriaRole.Region, new() { Name = "Outcomes" }))
            .ToContainTextAsync("Joined30");
        await Expect(visitor.Page.GetByText("Too early to tell")).ToBeVisibleAsync();
        await visitor.AssertNothingToComplainAboutAsync();
    }

    [InBrowserFact]
    public async Task A_wrong_input_is_named_kindly()
    {
        await using var visitor = await fixture.VisitAsync(fixture.Server);
        await visitor.OpenAsync("endpoints/staying");
        await visitor.Page.GetByLabel("age int32").FillAsync("99999999999");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Predict", Exact = true }).ClickAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Region, new() { Name = "Answer" })).ToContainTextAsync("age");
    }

    [InBrowserFact]
    public async Task A_file_is_uploaded_ingested_and_shown()
    {
        await using var visitor = await fixture.VisitAsync(fixture.Server);
        var page = visitor.Page;
        await visitor.OpenAsync("ingest");
        // Drawn first, and only then listened to: a file chosen in between, which no person is quick enough for, would be lost.
        await page.WaitForFunctionAsync(
            "() => '_blazorInputFileNextFileId' in (document.querySelector('input[type=file]') ?? {})"
        );
        await page.GetByLabel("File to add")
            .SetInputFilesAsync(
                new FilePayload
                {
                    Name = "prices.csv",
                    MimeType = "text/csv",
                    Buffer = "day,price\n2026-01-01,12.5\n2026-01-02,12.75\n2026-01-03,13\n"u8.ToArray(),
                }
            );
        await Expect(page.GetByRole(AriaRole.Combobox, new() { Name = "Dataset" })).ToHaveValueAsync("prices");
        await page.GetByRole(AriaRole.Button, new() { Name = "Ingest", Exact = true }).ClickAsync();
        await Expect(page.GetByText("3 rows are version 1 of prices.")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await visitor.AssertNothingToComplainAboutAsync();
        await visitor.PictureAsync("ingest-done");
        await page.GetByRole(AriaRole.Link, new() { Name = "Show the dataset" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Details of price" })).ToBeVisibleAsync();
    }

    [InBrowserFact]
    public async Task A_broken_query_is_answered_with_what_is_wrong()
    {
        await using var visitor = await fixture.VisitAsync(fixture.Server);
        var page = visitor.Page;
        await visitor.OpenAsync("query");
        await page.GetByLabel("SQL").FillAsync("select nonsense from nowhere");
        // In the field, not wherever the focus is: a page that has just come gives it to its heading.
        await page.GetByLabel("SQL").PressAsync("Control+Enter");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("nowhere");
        await page.GetByLabel("SQL").FillAsync("select 6 * 7 as answer");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Result" })).ToContainTextAsync("42");
        Assert.Contains("sql=select", page.Url, StringComparison.Ordinal);
        await visitor.AssertNothingToComplainAboutAsync();
    }

    [InBrowserFact]
    public async Task A_version_is_deployed_elsewhere_and_undeployed_and_the_record_keeps_the_reasons()
    {
        await using var visitor = await fixture.VisitAsync(fixture.Server);
        var page = visitor.Page;
        await visitor.OpenAsync("models/staying/versions/1");
        await page.GetByRole(AriaRole.Button, new() { Name = "Deploy" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Endpoint").FillAsync("second-door");
        await dialog.GetByLabel("Reason").FillAsync("A second door for the newsletter.");
        await visitor.AssertNothingToComplainAboutAsync();
        await visitor.PictureAsync("deploy", whole: false);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Deploy" }).ClickAsync();
        await Expect(page).ToHaveTitleAsync("second-door · Millrace");
        await visitor.OpenAsync("audit?kind=endpoint");
        await Expect(page.GetByText("A second door for the newsletter.").First).ToBeVisibleAsync();

        await visitor.OpenAsync("endpoints/second-door");
        await page.GetByRole(AriaRole.Button, new() { Name = "Undeploy" }).ClickAsync();
        await dialog.GetByLabel("Reason").FillAsync("The newsletter ended.");
        await visitor.AssertNothingToComplainAboutAsync();
        await visitor.PictureAsync("undeploy", whole: false);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Undeploy" }).ClickAsync();
        await Expect(page).ToHaveTitleAsync("Endpoints · Millrace");
        await Expect(page.Locator("main").GetByText("second-door")).ToHaveCountAsync(0);
        await visitor.OpenAsync("audit?kind=endpoint");
        await Expect(page.GetByText("The newsletter ended.").First).ToBeVisibleAsync();
    }

    [InBrowserFact]
    public async Task A_description_and_an_alias_are_kept()
    {
        await using var visitor = await fixture.VisitAsync(fixture.Server);
        var page = visitor.Page;
        await visitor.OpenAsync("models/staying");
        await page.GetByRole(AriaRole.Button, new() { Name = "Edit" }).ClickAsync();
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Description" })
            .FillAsync("Scores every subscriber on the first of the month.");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Tags" }).FillAsync("tier = gold");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.Locator("main").GetByText("Scores every subscriber").First).ToBeVisibleAsync();
        await page.GetByLabel("Alias", new() { Exact = true }).FillAsync("holiday");
        await page.GetByRole(AriaRole.Button, new() { Name = "Set alias" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Set alias" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Remove the alias holiday" })).ToBeVisibleAsync();
        var model = await fixture.Server.Client.ModelAsync(
            new ModelName("staying"),
            TestContext.Current.CancellationToken
        );
        Assert.Equal("gold", model.Tags["tier"]);
        Assert.Equal(1, model.Aliases["holiday"].Value);
    }

    [InBrowserFact]
    public async Task A_column_opens_and_tabs_keep_the_state_in_the_address()
    {
        await using var visitor = await fixture.VisitAsync(fixture.Server);
        var page = visitor.Page;
        await visitor.OpenAsync("loops/staying");
        await page.Locator("a.node").First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Details of hours" }).ClickAsync();
        await Expect(page.GetByText("Deviation")).ToBeVisibleAsync();
        await visitor.AssertNothingToComplainAboutAsync();
        await visitor.PictureAsync("dataset-column");
        await page.GetByRole(
                AriaRole.Link,
                new() { NameRegex = new("^Quarantine", RegexOptions.None, TimeSpan.FromSeconds(1)) }
            )
            .ClickAsync();
        await Expect(page.GetByText("platinum").First).ToBeVisibleAsync();
        Assert.Contains("tab=quarantine", page.Url, StringComparison.Ordinal);
        await page.ReloadAsync();
        await Expect(page.GetByText("platinum").First).ToBeVisibleAsync();
    }

    [InBrowserFact]
    public async Task The_theme_follows_the_system_until_it_is_chosen()
    {
        await using var visitor = await fixture.VisitAsync(fixture.Server, dark: true);
        var page = visitor.Page;
        await visitor.OpenAsync("");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await page.GetByRole(AriaRole.Button, new() { Name = "Switch between light and dark" }).ClickAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
        await page.ReloadAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
    }

    private static async Task TabToAsync(IPage page, string name)
    {
        var seen = new List<string>();
        for (var i = 0; i < 60; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            var focused = await page.EvaluateAsync<string>(
                "() => { const e = document.activeElement; return (e.getAttribute('aria-label') ?? e.labels?.[0]?.textContent ?? e.textContent).trim().replace(/\\s+/g, ' '); }"
            );
            if (string.Equals(focused, name, StringComparison.Ordinal))
            {
                return;
            }

            seen.Add(focused);
        }

        Assert.Fail($"Tab does not reach '{name}': {string.Join(" | ", seen)}");
    }
}
