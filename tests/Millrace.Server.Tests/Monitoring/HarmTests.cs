using System.Text.Json;
using Millrace.Api;
using Millrace.Core;
using Millrace.Monitoring.Feedback;
using Xunit;

namespace Millrace.Server.Tests.Monitoring;

public sealed class HarmTests : IAsyncLifetime
{
    private readonly WatchedServer server = new();
    private int rarest;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ((IAsyncLifetime)server).InitializeAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_stream_that_turns_bad_is_harm_and_is_told_once()
    {
        await StreamAsync(200, hitEvery: 2);
        Assert.Equal(HarmPhase.Watching, (await JoinedAsync(200)).Phase);

        await StreamAsync(100, hitEvery: 20);

        var harm = await JoinedAsync(300);
        Assert.Equal(HarmPhase.Harm, harm.Phase);
        Assert.InRange(harm.Evidence, 4, 300);
        Assert.Equal(0.5, harm.Reference!.Value, 0.01);
        Assert.InRange(harm.Current!.Value, 0.0, 0.2);
        Assert.InRange(harm.SinceOutcomes, 80, 110);
        Assert.Contains("hit_rate@10 fell from 0.50", harm.Sentence, StringComparison.Ordinal);
        await StreamAsync(20, hitEvery: 20);
        await JoinedAsync(320);
        var alert = Assert.Single((await server.Client.AlertsAsync(50, 0, Ct)).Items);
        Assert.Equal(("harm", "movies", AlertSeverity.Critical), (alert.Kind, alert.Subject, alert.Severity));
        Assert.Equal("none", alert.Delivery);
        await server.Client.SeeAlertAsync(alert.Number, Ct);
        Assert.NotNull((await server.Client.AlertsAsync(50, 0, Ct)).Items[0].SeenAt);
        Assert.Equal(
            2,
            (await server.Client.MonitorAsync(new("movies"), Ct)).Harm.Series.DistinctBy(p => p.Evidence > 4).Count()
        );
    }

    [Fact]
    public async Task A_stream_that_stays_as_it_was_is_no_harm_and_a_restart_forgets_nothing()
    {
        await StreamAsync(150, hitEvery: 2);
        var before = await JoinedAsync(150);
        await server.RestartAsync();
        var after = await JoinedAsync(150);
        Assert.Equal(before, after);

        await StreamAsync(250, hitEvery: 2);

        var harm = await JoinedAsync(400);
        Assert.Equal(HarmPhase.Watching, harm.Phase);
        Assert.Empty((await server.Client.AlertsAsync(50, 0, Ct)).Items);
        var view = await server.Client.MonitorAsync(new("movies"), Ct);
        Assert.Equal(400, view.Windows.Sum(w => w.Outcomes));
        Assert.All(view.Windows, w => Assert.InRange(w.Value, w.Low, w.High));
        Assert.NotNull(view.Windows[^1].Baseline);
        Assert.Equal(400, view.Volume.Sum(v => v.Predictions));
        Assert.Equal(
            0.5,
            (await server.Client.MonitorsAsync(Ct)).Single(m => m.Endpoint.Value is "movies").Value!.Value,
            1
        );
    }

    [Fact]
    public async Task Every_outcome_is_joined_once_though_the_server_is_stopped_in_between_and_the_log_compacted()
    {
        var told = 0;
        for (var round = 0; round < 4; round++)
        {
            await StreamAsync(60, hitEvery: 3);
            told += 60;
            if (round % 2 == 0)
            {
                await server.RestartAsync();
            }
            else
            {
                await server.Client.CompactPredictionsAsync(Ct);
            }
        }

        await JoinedAsync(told);
        var losses = await server.LossesAsync("movies", 0, Ct);
        Assert.Equal(Enumerable.Range(1, told).Select(i => (long)i), losses.Select(l => l.Sequence));
        Assert.Equal(told / 3, losses.Count(l => l.Loss == 0));
        var counts = (await server.Client.MonitorAsync(new("movies"), Ct)).Outcomes;
        Assert.Equal((told, 0, 0, 0), (counts.Joined, counts.Waiting, counts.Unknown, counts.Repeated));
    }

    [Fact]
    public async Task What_was_predicted_before_the_endpoint_was_watched_is_taken_up()
    {
        await server.Client.DeployAsync(new("later"), new(new("movies"), new(1), "a test"), Ct);
        var compacted = await PredictAsync();
        await server.Client.CompactPredictionsAsync(Ct);
        var logged = await PredictAsync();

        await server.DeclareAsync("later", new() { Loop = new("later") }, Ct);
        await server.TellAsync(Ct, compacted, logged);

        await server.CountsAsync("later", c => c.Joined == 2, Ct);
        Assert.Equal(2, (await server.Client.MonitorAsync(new("later"), Ct)).Volume.Sum(v => v.Predictions));

        async Task<OutcomeRequest> PredictAsync() =>
            new()
            {
                PredictionId = PredictionId.Parse(
                    (
                        await server.Client.PredictAsync(
                            new("later"),
                            WatchedServer.Json("""{"user_id":3}"""),
                            null,
                            Ct
                        )
                    ).PredictionId,
                    null
                ),
                Outcome = WatchedServer.Json("5"),
            };
    }

    /// <summary>Predictions one a minute and their outcomes, of which every so-manieth is in the list.</summary>
    /// <summary>A film that nobody else watches: one that many do, the trivial model would know.</summary>
    private JsonElement Rare() => JsonSerializer.SerializeToElement(--rarest);

    private async Task StreamAsync(int count, int hitEvery)
    {
        var outcomes = new List<OutcomeRequest>();
        for (var i = 0; i < count; i++)
        {
            server.Clock.Advance(TimeSpan.FromMinutes(1));
            var said = await server.RecommendAsync(i, Ct);
            outcomes.Add(
                new()
                {
                    PredictionId = PredictionId.Parse(said.PredictionId, null),
                    Outcome = i % hitEvery == 0 ? said.Items![i % 10].Item : Rare(),
                    At = server.Clock.GetUtcNow(),
                }
            );
        }

        await server.TellAsync(Ct, [.. outcomes]);
    }

    private async Task<HarmVerdict> JoinedAsync(int count) =>
        (await WatchedServer.UntilAsync(() => server.HarmAsync("movies", Ct), h => h!.Outcomes == count, Ct))!;
}
