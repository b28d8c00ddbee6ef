using System.Text.Json;
using Millrace.Monitoring.Feedback;
using Xunit;

namespace Millrace.Tests.Monitoring;

public sealed class ScalarTextTests
{
    private static readonly MonitorSettings ByUser = new() { Loop = new("loop"), Key = "user" };

    [Theory]
    [InlineData("7", "7")]
    [InlineData("7.0", "7")]
    [InlineData("\"7\"", "7")]
    [InlineData("0.5", "0.5")]
    [InlineData("true", "true")]
    [InlineData("null", null)]
    [InlineData("[1]", null)]
    [InlineData("\"a\\u0000b\"", "a\uFFFDb")]
    public void A_key_is_a_text_that_a_database_can_keep(string json, string? text)
    {
        Assert.Equal(text, ScalarText.Of(JsonElement.Parse(json)));
        Assert.Equal(text, SlimPrediction.KeyOf(JsonElement.Parse($$"""{"user": {{json}}}"""), ByUser, null));
    }

    [Fact]
    public void A_prediction_whose_key_is_longer_than_an_outcome_may_name_has_none()
    {
        Assert.NotNull(Key(CheckOutcome.LongestKey));
        Assert.Null(Key(CheckOutcome.LongestKey + 1));

        static string? Key(int length) =>
            SlimPrediction.KeyOf(JsonElement.Parse($$"""{"user": "{{new string('a', length)}}"}"""), ByUser, null);
    }
}
