using Millrace.Ui.Parts;
using Xunit;

namespace Millrace.Ui.Tests.Parts;

public sealed class TicksTests
{
    [Fact]
    public void Marks_are_round_and_hold_all_values()
    {
        var ticks = Ticks.Between(0.613, 0.7849, 4);
        Assert.Equal(["0.60", "0.65", "0.70", "0.75", "0.80"], ticks.Select(t => Ticks.Label(t, ticks[1] - ticks[0])));
    }

    [Theory]
    [InlineData(0.5, 0.5)]
    [InlineData(0, 0)]
    [InlineData(-3, -3)]
    public void A_flat_line_still_has_an_axis_around_it(double low, double high)
    {
        var ticks = Ticks.Between(low, high, 4);
        Assert.True(ticks.Count >= 2);
        Assert.True(ticks[0] < low && high < ticks[^1]);
    }

    [Theory]
    [InlineData(1e-9, 3e-9)]
    [InlineData(-1e6, 2e6)]
    [InlineData(99.99, 100.01)]
    public void Marks_stay_few_at_any_scale(double low, double high)
    {
        var ticks = Ticks.Between(low, high, 4);
        Assert.InRange(ticks.Count, 2, 8);
        Assert.True(ticks[0] <= low + 1e-12 && ticks[^1] >= high - 1e-12);
    }

    [Theory]
    [InlineData("2026-03-14T11:00:00Z", "2026-03-14T12:00:00Z", "11:00 11:15 11:30 11:45 12:00")]
    [InlineData("2026-03-13T17:00:00Z", "2026-03-14T12:00:00Z", "18:00 14 Mar 06:00 12:00")]
    [InlineData("2026-01-14T00:00:00Z", "2026-03-14T00:00:00Z", "19 Jan 2 Feb 16 Feb 2 Mar")]
    [InlineData("2025-06-01T00:00:00Z", "2026-03-01T00:00:00Z", "Jul Sep Nov 2026 Mar")]
    public void Marks_of_time_are_where_people_expect_them(string from, string to, string expected)
    {
        var axis = ChartAxis.Time;
        var ticks = axis.Ticks(Seconds(from), Seconds(to), 5);
        Assert.Equal(expected, string.Join(' ', ticks.Select(t => axis.Label(t, ticks))));
    }

    private static double Seconds(string at) =>
        ChartAxis.At(DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture));
}
