using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Api;
using Millrace.Ui.Layout;
using Millrace.Ui.Pages.Alerts;
using Millrace.Ui.Pages.Audit;
using Millrace.Ui.Pages.Backtests;
using Millrace.Ui.Pages.Loops;
using Millrace.Ui.Pages.Overview;
using Millrace.Ui.Tests.Recorded;
using Xunit;

namespace Millrace.Ui.Tests.Pages;

public sealed class TurningLoopPagesTests : PagesContext
{
    [Fact]
    public void A_story_is_newest_first_and_tells_what_why_and_what_came_of_it()
    {
        var story = Render<RetrainingStory>(p => p.Add(s => s.Loop, RecordedLoop.View()));
        Assert.Equal(
            ["Training 7", "Training 6", "Training 5", "Training 4", "Training 3", "Training 2"],
            story.FindAll("h3").Select(h => h.TextContent)
        );
        var sixth = story.Find("#retraining-6").TextContent;
        Assert.Contains("Evidence 3,400,000 of 1,000,000 that v3 does harm", sixth, StringComparison.Ordinal);
        Assert.Contains("v5 serves", sixth, StringComparison.Ordinal);
        Assert.Contains("took 2 days", sixth, StringComparison.Ordinal);
        Assert.Equal(
            ["datasets/movie-night?version=6", $"runs/{Recordings.Run}", "models/movie-night/versions/5"],
            story.FindAll("#retraining-6 a").Select(a => a.GetAttribute("href"))
        );
        Assert.Equal("66", story.Find("#retraining-7 [role=progressbar]").GetAttribute("aria-valuenow"));
        Assert.Contains("All 7 trainings", story.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void The_whole_story_begins_with_the_training_that_applying_caused()
    {
        var story = Render<RetrainingStory>(p => p.Add(s => s.Loop, RecordedLoop.View()).Add(s => s.IsWhole, true));
        Assert.Equal("Training 1", story.FindAll("h3")[^1].TextContent);
    }

    [Fact]
    public void The_audit_log_of_a_loop_is_told_by_what_turned_it()
    {
        Server.On("GET /api/loops/movie-night", RecordedLoop.View());
        Server.On("GET /api/audit", new Page<AuditEntry>(RecordedAudit.Entries(), 17));
        Services.GetRequiredService<NavigationManager>().NavigateTo("audit?loop=movie-night");
        var page = Render<AuditPage>();
        Says(page, "Training 7, 13 March 2026");
        Says(page, "ada started training 7 of movie-night: The autumn releases are in.");
        Says(page, "Millrace sent 5 % of the requests to v6 at movie-night: Training 7 of movie-night.");
        Says(page, "Millrace rolled v4 back at movie-night: v4 is worse: evidence 250 of 100 after 46 outcomes.");
        var chapters = page.FindAll("section.card");
        Assert.Equal(3, chapters.Count);
        Assert.StartsWith(
            "ada started training 7",
            chapters[0].QuerySelector("li span")!.TextContent,
            StringComparison.Ordinal
        );
        Assert.Contains("GET /api/audit?subject=movie-night&limit=200&offset=0", Server.Asked);
    }

    [Theory]
    [InlineData("mae", 2.0)]
    [InlineData("rmse", 2.2360679774997896)]
    public void A_point_of_a_backtest_is_of_enough_outcomes_to_say_something(string metric, double together)
    {
        var day = RecordedMonitor.Now;
        BacktestPoint[] curve =
        [
            .. Enumerable.Range(0, 7).Select(i => new BacktestPoint(day.AddDays(i), 15, i % 2 == 0 ? 1 : 3, 5)),
        ];

        var points = BacktestCurve.Pool(curve, metric);

        Assert.Equal([30, 30, 45], points.Select(p => p.Outcomes));
        Assert.Equal([day, day.AddDays(2), day.AddDays(4)], points.Select(p => p.At));
        Assert.Equal(together, points[0].Value, 12);
        Assert.All(points, p => Assert.Equal(5, p.Baseline, 12));
        Assert.InRange(
            BacktestCurve.Pool([.. Enumerable.Repeat(curve[0] with { Outcomes = 100 }, 1000)], metric).Count,
            100,
            120
        );
        Assert.Empty(BacktestCurve.Pool([], metric));
    }

    [Theory]
    [InlineData(StageState.Done, "hit_rate@10 0.1762 v5 live · 24,812 outcomes joined in all")]
    [InlineData(StageState.Running, "hit_rate@10 0 v5 live · 24,812 outcomes joined in all")]
    public void A_card_shows_what_the_monitor_says_once(StageState state, string words)
    {
        var newest = RecordedMonitor.Summaries().Single(m => m.Endpoint.Value is "movie-night") with { Value = 0 };
        var loop = new LoopSummary(new("movie-night"), "", "", 1, state, "hit_rate@10 0.1762", RecordedMonitor.Now);
        var card = Render<LoopCard>(p => p.Add(c => c.Loop, loop).Add(c => c.Monitor, newest));
        Says(card, words);
        Assert.Equal(2, Text(card).Split("hit_rate@10 0.1762").Length);
    }

    [Theory]
    [InlineData("aliased", "gave the alias champion to model")]
    [InlineData("unaliased", "took the alias champion from model")]
    [InlineData("not blessed", "did not bless model")]
    [InlineData("registered", "registered model")]
    public void An_entry_of_the_audit_log_is_a_sentence(string action, string words)
    {
        var details = new Dictionary<string, string>(StringComparer.Ordinal) { ["alias"] = "champion" };
        Assert.Equal(words, StorySentence.Of(Recordings.Deployed(1) with { Action = action, Details = details }));
    }

    [Fact]
    public void A_backtest_holds_policies_against_each_other()
    {
        Server.On($"GET /api/backtests/{RecordedBacktest.Done}", RecordedBacktest.View(JobState.Succeeded));
        var page = Render<BacktestPage>(p => p.Add(b => b.Id, RecordedBacktest.Done));
        Says(page, "57,800 outcomes from 1 Jun 2025 to 1 Mar 2026.");
        Assert.Contains("retrained every 1d", page.Find(".best").TextContent, StringComparison.Ordinal);
        var chart = page.Find("figure");
        Assert.Equal(4, chart.QuerySelectorAll("polyline").Length);
        Assert.Equal(["every:1d", "harm"], chart.QuerySelectorAll(".lane-name").Select(n => n.TextContent));
        Assert.Equal(21, chart.QuerySelectorAll(".lane")[1].QuerySelectorAll(".mark").Length);
        Assert.Contains("Feb 2026", page.Markup, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(JobState.Running, "21,344 of 57,800 outcomes · 37 %")]
    [InlineData(JobState.Failed, "there is nothing to learn from")]
    public void A_backtest_without_a_result_says_where_it_stands(JobState state, string words)
    {
        Server.On("GET /api/backtests/x", RecordedBacktest.View(state));
        Says(Render<BacktestPage>(p => p.Add(b => b.Id, "x")), words);
    }

    [Fact]
    public void A_backtest_of_rows_without_a_time_counts_days_and_tenths()
    {
        Server.On("GET /api/backtests/x", RecordedBacktest.Undated());

        var page = Render<BacktestPage>(p => p.Add(b => b.Id, "x"));

        Says(page, "from day 1 to day 274");
        Says(page, "by tenth of the rows");
        Says(page, "day 10: retrained by harm");
        Assert.DoesNotContain("1970", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void No_backtest_yet_says_what_to_type()
    {
        Server.On<IReadOnlyList<BacktestSummary>>("GET /api/backtests", []);
        Says(Render<BacktestsPage>(), "millrace backtest loop.yaml");
    }

    [Fact]
    public async Task Alerts_begin_with_what_nobody_has_seen_and_can_be_seen()
    {
        Server.On("GET /api/alerts", new Page<AlertView>([.. RecordedAudit.Alerts().Reverse()], 6));
        Server.On("POST /api/alerts/9/seen", "");
        var page = Render<AlertsPage>();
        Says(page, "Webhook: failed: connection refused, tried 3 times");
        Assert.Equal(
            ["unseen", "unseen", "unseen", "seen", "seen", "seen"],
            page.FindAll("li")
                .Select(l =>
                    l.ClassList[^1] is "unseen" ? "unseen"
                    : l.ClassList.Contains("seen") ? "seen"
                    : "unseen"
                )
        );
        Assert.Equal("endpoints/campaign?tab=monitor", page.Find("li a").GetAttribute("href"));
        await page.Find("li button").ClickAsync();
        page.WaitForAssertion(() => Assert.Contains("POST /api/alerts/9/seen", Server.Asked), Patience);
    }

    [Fact]
    public void No_alert_says_what_would_be_one()
    {
        Server.On("GET /api/alerts", new Page<AlertView>([], 0));
        Says(Render<AlertsPage>(), "No alert");
    }

    [Fact]
    public void The_way_to_the_alerts_counts_those_unseen()
    {
        Server.On("GET /api/alerts", new Page<AlertView>(RecordedAudit.Alerts(), 6));
        var layout = Render<UnseenAlerts>(p => p.AddChildContent<NavLinks>(l => l.Add(n => n.From, NavItem.All)));
        Says(layout, "Alerts, 3 not seen");
        Assert.Contains("critical", layout.Find(".count").ClassList);
    }
}
