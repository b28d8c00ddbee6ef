using Bunit;
using Millrace.Api;
using Millrace.Ui.Pages.Monitors;
using Millrace.Ui.Tests.Recorded;
using Xunit;

namespace Millrace.Ui.Tests.Pages;

public sealed class MonitorTabTests : PagesContext
{
    private const string Call = "GET /api/monitors/movie-night";

    [Theory]
    [InlineData(HarmPhase.Watching, "No sign of harm", "ok")]
    [InlineData(HarmPhase.Harm, "The served version does harm", "bad")]
    [InlineData(HarmPhase.Learning, "Too early to tell", "wait")]
    public void The_phase_is_said_in_words_and_not_by_colour_alone(HarmPhase phase, string title, string tone)
    {
        var tab = Shown(RecordedMonitor.View(phase));
        Says(tab, title);
        Assert.Contains(tone, tab.Find(".phase").ClassList);
    }

    [Fact]
    public void Harm_says_since_when_and_how_sure_it_is()
    {
        var tab = Shown(RecordedMonitor.View(HarmPhase.Harm));
        Says(tab, "For 5 h the evidence that v3 has become worse");
        Assert.Contains("passed", tab.Find(".meter").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_called_evidence_while_it_learns_what_is_normal()
    {
        var tab = Shown(RecordedMonitor.Quiet());
        Says(tab, "send what really happened to POST /outcomes");
        Assert.Empty(tab.FindAll(".meter"));
        Assert.Single(tab.FindAll("figure"));
    }

    [Fact]
    public void The_line_breaks_where_the_version_changes_and_marks_say_why()
    {
        var tab = Shown(RecordedMonitor.View());
        Says(tab, "No sign of harm");
        var chart = tab.FindAll("figure")[0];
        Assert.Equal(3, chart.QuerySelectorAll("polyline.l0").Length);
        Assert.Single(chart.QuerySelectorAll("polyline.trivial"));
        Assert.Equal(["v2", "v3", "v3", "v5"], chart.QuerySelectorAll(".mark.words").Select(m => m.TextContent));
        Assert.Equal(3, chart.QuerySelectorAll(".mark.bad").Length);
        Assert.Contains(
            chart.QuerySelectorAll(".mark.bad").Select(m => m.GetAttribute("title")!),
            t => t.Contains("training 6, harm detected", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void The_live_number_says_how_many_outcomes_it_rests_on()
    {
        var view = RecordedMonitor.View();
        var few = view.Windows.Last(w => w.Version == view.Version) with { Value = 0, Low = 0, High = 0, Outcomes = 2 };
        Says(Shown(view with { Windows = [.. view.Windows, few] }), "0 to 0, over 2 outcomes");
    }

    [Fact]
    public void An_input_is_shown_beside_its_training()
    {
        var tab = Shown(RecordedMonitor.View());
        Says(tab, "Large shift");
        Assert.Contains(
            "The largest difference is at under 20: 17.0 % live, 6.0 % in training.",
            tab.Markup,
            StringComparison.Ordinal
        );
        Says(tab, "referrer too few values");
    }

    [Fact]
    public void Many_outcomes_without_a_prediction_are_a_warning()
    {
        Says(
            Shown(RecordedMonitor.View() with { Outcomes = new OutcomeCounts(60, 0, 40, 0) }),
            "40.0 % of the outcomes found no prediction"
        );
        Assert.DoesNotContain("found no prediction.", Text(Shown(RecordedMonitor.View())), StringComparison.Ordinal);
    }

    [Fact]
    public void An_endpoint_that_nobody_watches_says_how_to_begin()
    {
        Server.Refuse(Call, 404, "No monitor watches movie-night.");
        Says(Drawn(), "Nothing is watched here");
    }

    [Fact]
    public void A_failure_is_told_with_the_servers_words()
    {
        Server.Refuse(Call, 500, "The log is gone.");
        Says(Drawn(), "The log is gone.");
    }

    [Fact]
    public void The_list_begins_with_what_does_harm()
    {
        Server.On("GET /api/monitors", RecordedMonitor.Summaries());
        var page = Render<MonitorsPage>();
        Says(page, "Learning what is normal");
        Assert.Equal(["campaign", "movie-night", "quiet"], page.FindAll("tbody th").Select(h => h.TextContent));
    }

    private IRenderedComponent<MonitorTab> Shown(MonitorView monitor)
    {
        Server.On(Call, monitor);
        Server.On("GET /api/loops/movie-night", RecordedLoop.View());
        return Drawn();
    }

    private IRenderedComponent<MonitorTab> Drawn() =>
        Render<MonitorTab>(p => p.Add(t => t.Endpoint, RecordedServing.Endpoint()));
}
