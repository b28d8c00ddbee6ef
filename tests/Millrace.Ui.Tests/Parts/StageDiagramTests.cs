using Bunit;
using Millrace.Api;
using Millrace.Ui.Parts;
using Millrace.Ui.Tests.Recorded;
using Xunit;

namespace Millrace.Ui.Tests.Parts;

public sealed class StageDiagramTests : PartsContext
{
    [Fact]
    public void Every_stage_says_its_state_in_words()
    {
        var diagram = Drawn(Recordings.Loop(running: true));
        Assert.Equal(
            ["Source", "Dataset", "Training", "Model", "Gates", "Endpoint"],
            diagram.FindAll("li .title").Select(t => t.TextContent.Trim())
        );
        Assert.Equal(
            ["Done", "Running", "Waiting", "Waiting", "Waiting"],
            diagram.FindAll("li .badge").Select(b => b.TextContent.Trim())
        );
    }

    [Fact]
    public void A_running_stage_shows_how_far_it_is()
    {
        var bar = Drawn(Recordings.Loop(running: true)).Find("[role=progressbar]");
        Assert.Equal("40", bar.GetAttribute("aria-valuenow"));
        Assert.Equal("Progress of Training", bar.GetAttribute("aria-label"));
    }

    [Fact]
    public void Stages_lead_to_the_screens_that_show_more()
    {
        var links = Drawn(Recordings.Loop(running: false)).FindAll("a.node").Select(a => a.GetAttribute("href"));
        Assert.Contains("datasets/subscribers?version=1", links);
    }

    [Fact]
    public void The_source_is_named_once_it_was_read()
    {
        var diagram = Render<StageDiagram>(p =>
            p.Add(d => d.Loop, Recordings.Loop(running: false))
                .Add(d => d.Sources, [new FileView("/data/subscribers.csv.gz", 48_256, 1_500, "ab")])
        );
        Assert.Contains("subscribers.csv.gz", diagram.Find("li").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("/data/", diagram.Find("li").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loop_that_is_watched_turns_back_to_its_training()
    {
        var diagram = Drawn(RecordedLoop.View());
        Assert.Equal(
            ["Source", "Dataset", "Training", "Model", "Gates", "Endpoint", "Monitor", "Evidence"],
            diagram.FindAll("li .title").Select(t => t.TextContent.Trim())
        );
        var last = diagram.FindAll("li")[^1];
        Assert.Contains("and back to Training", last.TextContent, StringComparison.Ordinal);
        Assert.Contains("A person asked", last.TextContent, StringComparison.Ordinal);
        Assert.Equal(3, diagram.FindAll("li.below").Count);
        Assert.Equal("--column:3 / 4;--row:8", last.GetAttribute("style"));
    }

    [Fact]
    public void A_stage_that_is_off_says_why()
    {
        var loop = Recordings.Loop(running: false);
        var off = new StageView("monitor", StageState.Absent, "", "The loop declares no monitor.", null, null, null);
        var last = Drawn(loop with { Stages = [.. loop.Stages, off] }).FindAll("li")[^1];
        Assert.Equal("Off", last.QuerySelector(".badge")!.TextContent.Trim());
        Assert.Contains("The loop declares no monitor.", last.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loop_that_is_not_watched_ends_at_its_endpoint()
    {
        var diagram = Drawn(Recordings.Loop(running: false));
        Assert.Empty(diagram.FindAll(".ring"));
        Assert.DoesNotContain("and back", diagram.Markup, StringComparison.Ordinal);
    }

    private IRenderedComponent<StageDiagram> Drawn(LoopView loop) =>
        Render<StageDiagram>(p => p.Add(d => d.Loop, loop));
}
