using Bunit;
using Millrace.Api;
using Millrace.Ui.Pages.Endpoints;
using Millrace.Ui.Pages.Replicas;
using Millrace.Ui.Pages.Rollouts;
using Millrace.Ui.Tests.Recorded;
using Xunit;

namespace Millrace.Ui.Tests.Pages;

public sealed class ServingTabsTests : PagesContext
{
    private const string Rollouts = "GET /api/endpoints/movie-night/rollouts";
    private const string Replicas = "/api/endpoints/movie-night/replicas";

    [Fact]
    public void An_endpoint_that_cannot_answer_says_so_above_all_else()
    {
        const string Why = "movie-night v5 cannot be loaded: model.txt: it is missing.";
        Server.On("GET /api/endpoints/movie-night", RecordedServing.Endpoint() with { Broken = Why });
        Server.On("GET /api/endpoints/movie-night/predictions", Array.Empty<LoggedPrediction>());
        var page = Render<EndpointPage>(p => p.Add(e => e.Endpoint, "movie-night"));
        Says(page, $"Nothing is answered here: {Why}");
        Says(page, "movie-night v5 should answer here, deployed");
    }

    [Fact]
    public void A_running_rollout_shows_its_split_its_step_and_its_evidence()
    {
        OnRollouts(RecordedServing.Rollouts());
        var tab = Rolled();
        Says(tab, "Rollout 4: v5 → v6");
        Assert.Equal("Traffic: v5 75 %, v6 25 %.", tab.Find(".split").GetAttribute("aria-label"));
        Says(tab, "2 requests for v6 could not be answered by it: v5 answered instead.");
        Assert.Equal("25 %", tab.Find(".steps [aria-current=step]").TextContent);
        Assert.Equal(
            ["0.11 of 100, on a logarithmic scale", "42 of 100, on a logarithmic scale"],
            tab.FindAll("[role=meter]").Select(m => m.GetAttribute("aria-valuetext"))
        );
        Assert.Equal(
            ["Abort", "Promote now", "Each of 5 looks"],
            tab.FindAll("button").Select(b => b.TextContent.Trim())
        );
    }

    [Fact]
    public async Task Each_look_is_drawn_and_can_be_listed()
    {
        OnRollouts(RecordedServing.Rollouts());
        var tab = Rolled();
        Says(tab, "Evidence by look");
        Lists(2);
        await tab.FindAll("button")[2].ClickAsync();
        Lists(5);
        await tab.FindAll("button")[2].ClickAsync();
        Lists(2);

        void Lists(int looks) =>
            tab.WaitForAssertion(() => Assert.Equal(looks, tab.FindAll(".looks tbody tr").Count), Patience);
    }

    [Fact]
    public void A_rollout_that_was_rolled_back_says_why_and_cannot_be_promoted()
    {
        OnRollouts(RecordedServing.Rollouts());
        var tab = Render<RolloutsTab>(p => p.Add(t => t.Endpoint, new("movie-night")).Add(t => t.Chosen, 2L));
        Says(tab, "v4 is worse: evidence 250 of 100 after 46 outcomes.");
        Says(tab, "5 %, ended here");
        Assert.Equal("Traffic: v3 100 %, v4 0 %.", tab.Find(".split").GetAttribute("aria-label"));
        Assert.Equal(["Each of 2 looks"], tab.FindAll("button").Select(b => b.TextContent));
    }

    [Fact]
    public void A_promoted_rollout_gives_all_to_the_challenger()
    {
        OnRollouts([RecordedServing.Ended(3)]);
        var tab = Rolled();
        Says(tab, "Rollout 3");
        Assert.Equal(3, tab.FindAll(".steps .done").Count);
        Assert.Equal("Traffic: v3 0 %, v5 100 %.", tab.Find(".split").GetAttribute("aria-label"));
    }

    [Fact]
    public void No_rollout_yet_says_what_one_is()
    {
        OnRollouts([]);
        Says(Rolled(), "No rollout yet");
    }

    [Fact]
    public void Replicas_wanted_and_ready_are_steps_on_one_chart()
    {
        Server.On("GET " + Replicas, RecordedServing.Replicas());
        var tab = Scaled();
        Says(tab, "1 starting");
        Assert.Equal(
            ["wanted", "ready"],
            tab.FindAll("figure")[0].QuerySelectorAll(".legend li").Select(l => l.TextContent)
        );
        Assert.Equal(3, tab.FindAll("tbody tr .badge").Count);
    }

    [Fact]
    public void An_endpoint_without_a_hop_says_that_the_server_itself_answers()
    {
        Server.On("GET " + Replicas, RecordedServing.InProcess());
        var tab = Scaled();
        Says(tab, "in its own process");
        Assert.Empty(tab.FindAll("figure"));
    }

    [Fact]
    public async Task Scaling_is_changed_and_the_fewest_cannot_be_more_than_the_most()
    {
        Server.On("GET " + Replicas, RecordedServing.Replicas());
        Server.On("POST " + Replicas, RecordedServing.Replicas() with { Max = 8 });
        var tab = Scaled();
        Says(tab, "Change scaling");
        await tab.Find("#scale-min").ChangeAsync(new() { Value = "9" });
        tab.WaitForAssertion(
            () =>
                Assert.Contains("cannot be more", tab.Find("form [role=alert]").TextContent, StringComparison.Ordinal),
            Patience
        );
        Assert.True(tab.Find("form button").HasAttribute("disabled"));
        await tab.Find("#scale-min").ChangeAsync(new() { Value = "1" });
        await tab.Find("#scale-max").ChangeAsync(new() { Value = "8" });
        tab.Find("form").Submit();
        tab.WaitForAssertion(() => Assert.Contains("POST " + Replicas, Server.Asked), Patience);
    }

    private void OnRollouts(IReadOnlyList<RolloutView> rollouts)
    {
        Server.On(Rollouts, rollouts);
        foreach (var rollout in rollouts)
        {
            Server.On($"{Rollouts}/{rollout.Number}/looks", RecordedServing.LooksPage((int)rollout.Number));
        }
    }

    private IRenderedComponent<RolloutsTab> Rolled() =>
        Render<RolloutsTab>(p => p.Add(t => t.Endpoint, new("movie-night")));

    private IRenderedComponent<ReplicasTab> Scaled() =>
        Render<ReplicasTab>(p => p.Add(t => t.Endpoint, new("movie-night")));
}
