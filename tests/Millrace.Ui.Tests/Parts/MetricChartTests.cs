using Bunit;
using Millrace.Api;
using Millrace.Ui.Parts;
using Xunit;

namespace Millrace.Ui.Tests.Parts;

public sealed class MetricChartTests : PartsContext
{
    [Fact]
    public void A_chart_tells_its_story_in_words_and_as_a_table()
    {
        var chart = Drawn(ChartLine.BySteps("auc", [Point(1, 0.6), Point(50, 0.71), Point(100, 0.78)]));
        Assert.Equal("auc", chart.Find("svg title").TextContent);
        Assert.Equal("auc: 0.6000 at step 1, 0.7800 at step 100.", chart.Find("svg desc").TextContent);
        Assert.Equal(3, chart.FindAll("details tbody tr").Count);
    }

    [Fact]
    public void The_line_rises_from_left_to_right()
    {
        var points = Drawn(ChartLine.BySteps("auc", [Point(0, 0), Point(10, 1)]))
            .Find("polyline")
            .GetAttribute("points");
        Assert.Equal("0,100 100,0", points!.Trim());
    }

    [Fact]
    public void One_point_and_one_that_is_no_number_are_drawn_all_the_same()
    {
        var chart = Drawn(ChartLine.BySteps("loss", [Point(1, double.NaN), Point(2, 0.5)]));
        Assert.DoesNotContain("NaN", chart.Find("polyline").GetAttribute("points")!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chart_without_points_says_that_there_are_none() =>
        Assert.Contains("No points yet", Drawn(ChartLine.BySteps("auc", [])).Markup, StringComparison.Ordinal);

    [Fact]
    public void Thousands_of_points_become_no_more_than_a_screen_can_show()
    {
        var line = ChartLine.BySteps("auc", [.. Enumerable.Range(0, 20_000).Select(i => Point(i, i / 20_000.0))]);
        var points = Drawn(line).Find("polyline").GetAttribute("points")!.Trim().Split(' ');
        Assert.InRange(points.Length, 100, 1_300);
    }

    [Fact]
    public void Evidence_over_time_is_told_on_its_own_scale_beside_what_it_must_pass()
    {
        var chart = Render<MetricChart>(p =>
            p.Add(c => c.Title, "Evidence")
                .Add(c => c.Series, [new ChartLine("evidence", [At(1, 0), At(2, 3), At(3, 6.5)])])
                .Add(c => c.XAxis, ChartAxis.Time)
                .Add(c => c.YAxis, ChartAxis.Powers)
                .Add(c => c.Levels, [new ChartLevel("retrains at 1,000,000", 6)])
        );
        Assert.Equal(
            "evidence: 1 on 1 Mar 2026, 3,200,000 on 3 Mar 2026. retrains at 1,000,000: 1,000,000.",
            chart.Find("svg desc").TextContent
        );
        Assert.Equal("retrains at 1,000,000", chart.Find(".level-name").TextContent);
        Assert.Contains(chart.FindAll(".x span"), s => s.TextContent is "2 Mar");
        Assert.Equal("1 Mar 2026\nevidence: 1", chart.Find("rect.tip title").TextContent);
    }

    [Fact]
    public void A_band_shows_how_sure_a_value_is()
    {
        var chart = Drawn(
            new ChartLine(
                "auc",
                [new ChartPoint(0, 0.5) { Low = 0, High = 1 }, new ChartPoint(1, 0.5) { Low = 0.2, High = 0.8 }]
            )
        );
        Assert.Equal("0,0 100,20 100,80 0,100", chart.Find("polygon").GetAttribute("points")!.Trim());
        Assert.Contains("0.5000 (0.2000 – 0.8000)", chart.Find("details tbody").TextContent, StringComparison.Ordinal);
        Assert.Contains("95 % confidence", chart.Find(".legend").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void What_stays_until_it_changes_is_drawn_as_steps() =>
        Assert.Equal(
            "0,100 100,100 100,0",
            Drawn(new ChartLine("ready", [new(0, 0), new(1, 1)]) { IsStep = true })
                .Find("polyline")
                .GetAttribute("points")!
                .Trim()
        );

    [Fact]
    public void Lines_of_one_name_are_one_line_with_gaps()
    {
        var chart = Render<MetricChart>(p =>
            p.Add(c => c.Title, "auc")
                .Add(
                    c => c.Series,
                    [new ChartLine("auc", [new(0, 0), new(1, 1)]), new ChartLine("auc", [new(3, 1), new(4, 1)])]
                )
        );
        Assert.Equal(2, chart.FindAll("polyline").Count);
        Assert.Empty(chart.FindAll(".legend"));
        Assert.Equal(2, chart.FindAll("details th").Count);
        Assert.Single(chart.FindAll(".dot"));
    }

    [Fact]
    public void What_happened_stands_in_lanes_and_words_do_not_cover_each_other()
    {
        var chart = Render<MetricChart>(p =>
            p.Add(c => c.Title, "auc")
                .Add(c => c.Series, [new ChartLine("auc", [new(0, 0), new(100, 1)])])
                .Add(
                    c => c.Lanes,
                    [
                        new ChartLane(
                            "Version",
                            [
                                new(20, "deployed v1", "ok", "v1"),
                                new(25, "deployed v2", "ok", "v2"),
                                new(300, "outside"),
                            ],
                            Crosses: true
                        ),
                    ]
                )
        );
        var marks = chart.FindAll(".mark");
        Assert.Equal(["v1", "v2"], marks.Select(m => m.TextContent));
        Assert.Contains("--row:0", marks[0].GetAttribute("style")!, StringComparison.Ordinal);
        Assert.Contains("--row:1", marks[1].GetAttribute("style")!, StringComparison.Ordinal);
        Assert.Equal(2, chart.FindAll("line.crossing").Count);
        Assert.Contains("20: deployed v1", chart.Find("details .marks").TextContent, StringComparison.Ordinal);
    }

    private static ChartPoint At(int day, double y) =>
        new(ChartAxis.At(new DateTimeOffset(2026, 3, day, 0, 0, 0, TimeSpan.Zero)), y);

    private static MetricPoint Point(long step, double value) => new(step, value, DateTimeOffset.UnixEpoch);

    private IRenderedComponent<MetricChart> Drawn(ChartLine line) =>
        Render<MetricChart>(p => p.Add(c => c.Title, line.Name).Add(c => c.Series, [line]));
}
