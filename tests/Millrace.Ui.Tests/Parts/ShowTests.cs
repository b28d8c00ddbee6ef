using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Millrace.Ui.Parts;
using Xunit;

namespace Millrace.Ui.Tests.Parts;

public sealed class ShowTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0.184321, "0.1843")]
    [InlineData(0.00012345, "0.0001235")]
    [InlineData(0.0000123, "1.23e-5")]
    [InlineData(12.5, "12.50")]
    [InlineData(204.049, "204.0")]
    [InlineData(141695, "141,695")]
    [InlineData(-0.5, "-0.5000")]
    [InlineData(0, "0")]
    [InlineData(double.NaN, "–")]
    public void A_metric_has_four_significant_digits(double value, string expected) =>
        Assert.Equal(expected, Show.Metric(value));

    [Theory]
    [InlineData(0.09897, 0.1888, "0.0990")]
    [InlineData(0.1888, 0.1888, "0.1888")]
    [InlineData(0.0, 0.1888, "0")]
    [InlineData(7.5068, 7.5068, "7.507")]
    [InlineData(0.4013, 7.5068, "0.401")]
    [InlineData(null, 7.5068, "–")]
    [InlineData(0.00000123, 0.0000456, "1.23e-6")]
    public void In_a_column_metrics_are_as_fine_as_the_largest(double? value, double largest, string expected) =>
        Assert.Equal(expected, Show.Metric(value, largest));

    [Theory]
    [InlineData(0.2213, 0.223, "−0.0017")]
    [InlineData(0.5762, 0, "+0.5762")]
    [InlineData(3.468, 188.667, "−185.2")]
    [InlineData(0.22131, 0.22132, "±0")]
    [InlineData(0, 0, "±0")]
    public void A_difference_is_no_finer_than_what_it_is_of(double value, double baseline, string expected) =>
        Assert.Equal(expected, Show.Difference(value, baseline));

    [Theory]
    [InlineData(7.300, "7.3")]
    [InlineData(10, "10")]
    [InlineData(1200, "1,200")]
    [InlineData(0.05, "0.05")]
    public void A_number_has_no_zeros_that_say_nothing(double value, string expected) =>
        Assert.Equal(expected, Show.Number(value));

    [Theory]
    [InlineData(999, "999 B")]
    [InlineData(48_256, "48.3 kB")]
    [InlineData(250_000_000, "250 MB")]
    [InlineData(1_340_000_000, "1.34 GB")]
    public void Sizes_are_in_the_unit_that_fits(long bytes, string expected) =>
        Assert.Equal(expected, Show.Bytes(bytes));

    [Theory]
    [InlineData(0.84, "840 ms")]
    [InlineData(3.21, "3.2 s")]
    [InlineData(59.9, "59 s")]
    [InlineData(245, "4 min 5 s")]
    [InlineData(7800, "2 h 10 min")]
    [InlineData(172_800, "2 days")]
    [InlineData(273_600, "3 days 4 h")]
    public void Durations_name_two_units_at_most(double seconds, string expected) =>
        Assert.Equal(expected, Show.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(3.21, 0, "3.2 s")] // in a world whose clock stands still
    [InlineData(null, -90, "1 min 30 s")]
    [InlineData(null, null, "–")]
    public void What_took_long_is_told_as_it_was_measured_and_else_since_it_began(
        double? measured,
        int? began,
        string expected
    )
    {
        var now = new FakeTimeProvider();
        Assert.Equal(
            expected,
            Show.Took(measured, began is { } seconds ? now.GetUtcNow().AddSeconds(seconds) : null, now)
        );
    }

    [Theory]
    [InlineData(2, "just now")]
    [InlineData(42, "42 s ago")]
    [InlineData(200, "3 min ago")]
    [InlineData(7300, "2 h ago")]
    [InlineData(90_000, "yesterday")]
    [InlineData(5_000_000, "15 Jan 2026")]
    public void A_moment_is_told_by_how_long_ago_it_was(int seconds, string expected) =>
        Assert.Equal(expected, Show.Ago(Now.AddSeconds(-seconds), Now));

    [Theory]
    [InlineData(0, "0 %")]
    [InlineData(0.0001, "< 0.1 %")]
    [InlineData(0.1234, "12.3 %")]
    [InlineData(0.9999, "> 99.9 %")]
    [InlineData(1, "100 %")]
    public void A_share_is_never_rounded_to_nothing_or_to_all(double share, string expected) =>
        Assert.Equal(expected, Show.Share(share));

    [Theory]
    [InlineData("null", null)]
    [InlineData("1234567", "1234567")]
    [InlineData("0.123456789", "0.1235")]
    [InlineData("\"text\"", "text")]
    [InlineData("true", "true")]
    public void A_cell_keeps_ids_whole_and_shortens_fractions(string json, string? expected)
    {
        using var document = JsonDocument.Parse(json);
        Assert.Equal(expected, Show.Cell(document.RootElement));
    }

    [Theory]
    [InlineData(0, "1")]
    [InlineData(-0.5, "0.32")]
    [InlineData(1.6232, "42")]
    [InlineData(6, "1,000,000")]
    [InlineData(7.2, "1.6 × 10⁷")]
    [InlineData(-12, "10⁻¹²")]
    [InlineData(double.PositiveInfinity, "∞")]
    public void Evidence_is_written_in_full_as_long_as_that_can_be_read(double log10, string expected) =>
        Assert.Equal(expected, Show.Power(log10));

    [Theory]
    [InlineData(30, "under 1 min")]
    [InlineData(1500, "25 min")]
    [InlineData(90_000, "25 h")]
    [InlineData(1_200_000, "13 days")]
    public void An_age_is_rough(double seconds, string expected) =>
        Assert.Equal(expected, Show.Age(TimeSpan.FromSeconds(seconds)));
}
