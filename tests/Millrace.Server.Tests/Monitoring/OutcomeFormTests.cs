using System.Text.Json;
using Millrace.Api;
using Xunit;

namespace Millrace.Server.Tests.Monitoring;

/// <summary>In what forms an outcome may be told, and which of them say nothing of a prediction.</summary>
public sealed class OutcomeFormTests(WatchedServer server) : IClassFixture<WatchedServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_prediction_has_one_label_however_often_and_in_whatever_form_it_is_told()
    {
        var before = await server.SettledAsync("visits", Ct);
        var said = await server.VisitAsync(31, 5, Ct);
        var at = server.Clock.GetUtcNow();
        var other = said.Label is "yes" ? "no" : "yes";

        await server.TellAsync(
            Ct,
            WatchedServer.ById(said, WatchedServer.Json($"\"{said.Label}\"")),
            WatchedServer.ById(said, WatchedServer.Json($$"""{"bought":"{{said.Label}}"}"""))
        );
        await server.CountsAsync("visits", c => c.Joined > before.Joined, Ct);
        await server.TellAsync(
            Ct,
            WatchedServer.ById(said, WatchedServer.Json($"\"{other}\"")),
            WatchedServer.ById(said, WatchedServer.Json($"\"{said.Label}\"")) with
            {
                At = at,
            }
        );

        var after = await server.CountsAsync("visits", c => c.Repeated == before.Repeated + 3, Ct);
        Assert.Equal((before.Joined + 1, before.Unknown), (after.Joined, after.Unknown));
    }

    [Fact]
    public async Task What_the_model_could_not_have_said_is_unknown_and_leaves_room_for_what_it_could()
    {
        var before = (Visits: await server.SettledAsync("visits", Ct), Movies: await server.SettledAsync("movies", Ct));
        var visit = await server.VisitAsync(32, 5, Ct);
        var list = await server.RecommendAsync(9, Ct);

        await server.TellAsync(
            Ct,
            WatchedServer.ById(visit, WatchedServer.Json("\"maybe\"")),
            WatchedServer.ById(list, WatchedServer.Json("12.5"))
        );
        await server.TellAsync(
            Ct,
            WatchedServer.ById(list, WatchedServer.Json("\"Solaris\"")),
            WatchedServer.ById(list, WatchedServer.Json("true"))
        );
        await server.CountsAsync("visits", c => c.Unknown == before.Visits.Unknown + 1, Ct);
        await server.CountsAsync("movies", c => c.Unknown == before.Movies.Unknown + 3, Ct);
        await server.TellAsync(
            Ct,
            WatchedServer.ById(visit, JsonSerializer.SerializeToElement(visit.Label)),
            WatchedServer.ById(list, WatchedServer.Json("9000"))
        );

        await server.CountsAsync("visits", c => c.Joined == before.Visits.Joined + 1, Ct);
        await server.CountsAsync("movies", c => c.Joined == before.Movies.Joined + 1, Ct);
    }

    [Fact]
    public async Task The_same_item_in_another_form_is_a_repeat()
    {
        var said = await server.RecommendAsync(10, Ct);

        var first = await server.TellAsync(Ct, WatchedServer.ById(said, WatchedServer.Json("9")));
        var again = await server.TellAsync(
            Ct,
            WatchedServer.ById(said, WatchedServer.Json("\"9\"")),
            WatchedServer.ById(said, WatchedServer.Json("9.0")),
            WatchedServer.ById(said, WatchedServer.Json("""{"movie_id":9}"""))
        );

        Assert.Equal((new OutcomesView(1, 0), new OutcomesView(0, 3)), (first, again));
    }

    [Fact]
    public async Task Told_by_id_an_outcome_never_happened_before_its_prediction()
    {
        var last = await server.LastAsync(Ct);
        var said = await server.RecommendAsync(11, Ct);

        await server.TellAsync(
            Ct,
            WatchedServer.ById(said, WatchedServer.Json("9")) with
            {
                At = DateTimeOffset.UnixEpoch,
            }
        );

        var losses = await WatchedServer.UntilAsync(
            () => server.LossesAsync("movies", last, Ct),
            l => l.Count == 1,
            Ct
        );
        Assert.Equal(server.Clock.GetUtcNow(), losses[0].At);
    }
}
