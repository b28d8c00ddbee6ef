using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Api;
using Millrace.Ui.Pages.Audit;
using Millrace.Ui.Pages.Datasets;
using Millrace.Ui.Pages.Loops;
using Millrace.Ui.Pages.Runs;
using Millrace.Ui.Tests.Recorded;
using Xunit;

namespace Millrace.Ui.Tests.Pages;

public sealed class PageStatesTests : PagesContext
{
    [Fact]
    public void Datasets_load_then_say_what_to_type_when_there_is_none()
    {
        var release = Server.Hold<IReadOnlyList<DatasetSummary>>("GET /api/datasets", []);
        var page = Render<DatasetsPage>();
        Assert.NotNull(page.Find("[aria-busy=true]"));
        release.SetResult();
        page.WaitForAssertion(
            () => Assert.Contains("millrace data ingest NAME FILE…", page.Markup, StringComparison.Ordinal),
            Patience
        );
    }

    [Fact]
    public async Task Datasets_fail_with_the_servers_words_and_recover_when_asked_again()
    {
        Server.Refuse("GET /api/datasets", 500, "The database is locked.");
        var page = Render<DatasetsPage>();
        page.WaitForAssertion(
            () => Assert.Contains("The database is locked.", page.Markup, StringComparison.Ordinal),
            Patience
        );
        Server.On<IReadOnlyList<DatasetSummary>>(
            "GET /api/datasets",
            [new(new("ratings"), new(3), 141_695, 0, 4, 1_340_000, new string('f', 64), Recordings.At)]
        );
        await page.Find(".state button").ClickAsync();
        page.WaitForAssertion(() => Assert.Contains("141,695", page.Markup, StringComparison.Ordinal), Patience);
        Assert.Contains("3 min ago", page.Markup, StringComparison.Ordinal);
        Assert.Equal("Copy the hash of ratings", page.Find("td .copy").GetAttribute("aria-label"));
    }

    [Fact]
    public async Task A_running_run_is_looked_at_every_second_until_it_is_over()
    {
        var run = $"GET /api/runs/{Recordings.Run}";
        Server.On(run, Recordings.RunView(Api.RunState.Running)).On(run + "/log", "");
        var page = Render<RunPage>(p => p.Add(r => r.Run, Recordings.Run.Value));
        page.WaitForAssertion(
            () => Assert.Contains("Learning the trees · 40 %", page.Markup, StringComparison.Ordinal),
            Patience
        );
        Assert.Contains("Cancel the run", page.Markup, StringComparison.Ordinal);

        Server.On(run, Recordings.RunView(Api.RunState.Finished));
        // The page sets its timer after it has drawn: a second may pass before there is one.
        for (var i = 0; i < 200 && !page.Markup.Contains("Finished", StringComparison.Ordinal); i++)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(
                TimeSpan.FromMilliseconds(25),
                TimeProvider.System,
                Xunit.TestContext.Current.CancellationToken
            );
        }

        Assert.Equal("Finished", page.Find("h1 .badge").TextContent.Trim());
        Assert.DoesNotContain("Cancel the run", page.Markup, StringComparison.Ordinal);
        var asked = Server.Asked.Count;
        Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(asked, Server.Asked.Count);
    }

    [Fact]
    public void A_failed_run_says_why()
    {
        Server
            .On($"GET /api/runs/{Recordings.Run}", Recordings.RunView(Api.RunState.Failed))
            .On($"GET /api/runs/{Recordings.Run}/log", "");
        var page = Render<RunPage>(p => p.Add(r => r.Run, Recordings.Run.Value));
        page.WaitForAssertion(
            () => Assert.Contains("out of memory", page.Find("[role=alert]").TextContent, StringComparison.Ordinal),
            Patience
        );
    }

    [Fact]
    public void A_loop_says_what_is_to_say_of_its_data_and_links_to_no_endpoint_before_there_is_one()
    {
        var loop = Recordings.Loop(running: true) with { Endpoint = new("staying") };
        var remark = loop.Stages[0] with { Message = "subscribers v1, 7 rows in quarantine" };
        Server.On("GET /api/loops/staying", loop with { Stages = [remark, .. loop.Stages.Skip(1)] });
        var page = Render<LoopPage>(p => p.Add(l => l.Loop, "staying"));
        Says(page, "subscribers v1, 7 rows in quarantine Look at the dataset");
        Says(page, "staying, not deployed yet");
        Assert.Empty(page.FindAll("a[href='endpoints/staying']"));
    }

    [Fact]
    public void The_address_decides_what_of_the_audit_log_is_asked_for()
    {
        Server.On<IReadOnlyList<LoopSummary>>("GET /api/loops", []);
        Server.On("GET /api/audit", new Page<AuditEntry>([Recordings.Deployed(71)], 71));
        Services.GetRequiredService<NavigationManager>().NavigateTo("audit?kind=model&page=2");
        var page = Render<AuditPage>();
        page.WaitForAssertion(
            () => Assert.Equal("models/staying/versions/3", page.Find("li a").GetAttribute("href")),
            Patience
        );
        Assert.Contains("GET /api/audit?kind=model&limit=50&offset=50", Server.Asked);
        Assert.Contains("51–71 of 71", page.Markup, StringComparison.Ordinal);
        Assert.Equal("Models", page.Find(".filters [aria-current]").TextContent);
    }
}
