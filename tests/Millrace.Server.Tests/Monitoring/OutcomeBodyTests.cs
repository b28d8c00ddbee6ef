using System.Text.Json;
using Millrace.Api;
using Millrace.Core;
using Millrace.Monitoring.Feedback;
using Xunit;

namespace Millrace.Server.Tests.Monitoring;

/// <summary>What may be sent as an outcome, in which form and how much of it.</summary>
public sealed class OutcomeBodyTests(WatchedServer server) : IClassFixture<WatchedServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"outcome":1}""", "names its prediction_id")]
    [InlineData("""{"endpoint":"movies","outcome":1}""", "names its prediction_id")]
    [InlineData("""{"endpoint":"nowhere","key":1,"outcome":1}""", "not watched")]
    [InlineData("""{"endpoint":"movies","key":1,"outcome":null}""", "true")]
    [InlineData("""{"outcomes":[]}""", "no outcome")]
    [InlineData("[1]", "not an outcome")]
    [InlineData("[null]", "not an outcome")]
    [InlineData("""{"endpoint":"movies","key":1}""", "'outcome' is missing")]
    [InlineData("""{"endpoint":"movies","key":1,"outcome":1,"at":"yesterday"}""", "'at' is not a time such as")]
    [InlineData("""{"prediction_id":7,"outcome":1}""", "'7' is not")]
    [InlineData(
        """[{"endpoint":"movies","key":1,"outcome":1},{"endpoint":"nowhere","key":1,"outcome":1}]""",
        "Outcome 2 of 2: Endpoint nowhere"
    )]
    [InlineData("{", "not an outcome")]
    [InlineData("""{"endpoint":"movies","key":1,"outcome":"\ud800"}""", "half of a surrogate pair")]
    [InlineData("""{"endpoint":"movies","key":"\ud800","outcome":1}""", "half of a surrogate pair")]
    [InlineData("""{"\ud800":"movies","key":1,"outcome":1}""", "half of a surrogate pair")]
    [InlineData("""{"endpoint":"movies","key":1,"outcome":{"\ud800":1}}""", "half of a surrogate pair")]
    public async Task What_could_never_be_joined_is_refused(string body, string why)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await server.Http.PostAsync(new Uri("outcomes", UriKind.Relative), content, Ct);

        Assert.InRange((int)response.StatusCode, 400, 404);
        Assert.Contains(why, await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public void An_object_told_by_id_has_what_some_endpoint_watches()
    {
        var monitors = new Dictionary<EndpointName, MonitorSettings>
        {
            [new("movies")] = new()
            {
                Loop = new("movies"),
                Outcome = "film",
                Key = "user",
            },
            [new("visits")] = new()
            {
                Loop = new("visits"),
                Outcome = "bought",
                Key = "user",
            },
        };

        Check("""{"bought":"yes"}""");
        var refusal = Assert.Throws<RefusalException>(() => Check("""{"flim":1}"""));
        Assert.Contains(
            "nothing that an endpoint watches: 'bought', 'film'",
            refusal.Message,
            StringComparison.Ordinal
        );

        void Check(string outcome) =>
            CheckOutcome.Run(
                new()
                {
                    PredictionId = PredictionId.Parse("019a5c3e6f7b7c0d8e9f000000000000", null),
                    Outcome = JsonElement.Parse(outcome),
                },
                monitors,
                DateTimeOffset.UnixEpoch
            );
    }

    [Fact]
    public async Task One_outcome_or_a_list_may_be_sent_but_not_more_than_a_thousand()
    {
        var one = """{"endpoint":"movies","key":9,"outcome":{0},"at":"2026-01-01T00:00:00Z"}""";
        Assert.Equal(1, await AcceptedAsync("outcomes", one.Replace("{0}", "1", StringComparison.Ordinal)));
        Assert.Equal(
            2,
            await AcceptedAsync(
                "api/outcomes",
                $"[{one.Replace("{0}", "2", StringComparison.Ordinal)},{one.Replace("{0}", "3", StringComparison.Ordinal)}]"
            )
        );
        using var content = new StringContent(
            $"[{string.Join(',', Enumerable.Repeat("""{"outcome":1}""", 1001))}]",
            System.Text.Encoding.UTF8,
            "application/json"
        );
        using var response = await server.Http.PostAsync(new Uri("outcomes", UriKind.Relative), content, Ct);
        Assert.Contains("1001", await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    private async Task<int> AcceptedAsync(string path, string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await server.Http.PostAsync(new Uri(path, UriKind.Relative), content, Ct);
        var text = await response.Content.ReadAsStringAsync(Ct);
        return JsonSerializer.Deserialize<OutcomesView>(text, Json.Options)!.Accepted;
    }
}
