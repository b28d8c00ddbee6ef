using System.Text.Json;
using Millrace.Api;
using Millrace.Core;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests.Monitoring;

public sealed class OutcomeTests(WatchedServer server) : IClassFixture<WatchedServer>
{
    private static readonly EndpointName Movies = new("movies");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_outcome_by_id_joins_its_prediction_and_a_repeat_changes_nothing()
    {
        var before = await server.SettledAsync("movies", Ct);
        var said = await server.RecommendAsync(1, Ct);
        var outcome = WatchedServer.ById(said, said.Items![0].Item);

        Assert.Equal(new OutcomesView(1, 0), await server.TellAsync(Ct, outcome));
        Assert.Equal(new OutcomesView(0, 1), await server.TellAsync(Ct, outcome));
        Assert.Equal(new OutcomesView(0, 2), await server.TellAsync(Ct, outcome, outcome));

        var after = await server.CountsAsync("movies", c => c.Joined == before.Joined + 1, Ct);
        Assert.Equal(before.Repeated + 3, after.Repeated);
        await server.TellAsync(Ct, outcome);
        Assert.Equal(before.Repeated + 4, (await server.CountsAsync("movies", Ct)).Repeated);
        Assert.Equal(before.Joined + 1, (await server.CountsAsync("movies", Ct)).Joined);
    }

    [Fact]
    public async Task An_outcome_by_key_joins_the_newest_prediction_at_or_before_its_time()
    {
        var last = await server.LastAsync(Ct);
        var first = await server.RecommendAsync(2, Ct);
        var between = server.Clock.GetUtcNow().AddMinutes(1);
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        var second = await server.RecommendAsync(2, Ct);
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        var item = first.Items![2].Item;

        // Late: it happened before the second prediction, and is told after it.
        await server.TellAsync(Ct, ByKey(2, item, between), ByKey(2, WatchedServer.Json("-1"), null));

        var losses = await WatchedServer.UntilAsync(
            () => server.LossesAsync("movies", last, Ct),
            l => l.Count == 2,
            Ct
        );
        Assert.Equal([0d, 1d], losses.Select(l => l.Loss));
        Assert.Equal(between, losses[0].At);
        Assert.Equal(losses[0].Sequence + 1, losses[1].Sequence);
        var joined = await server.Client.QueryAsync(
            new($"""SELECT prediction_id FROM "movies.joined" WHERE sequence > {last} ORDER BY sequence"""),
            Ct
        );
        Assert.Equal([first.PredictionId, second.PredictionId], joined.Rows.Select(r => r[0].GetString()));
    }

    [Fact]
    public async Task An_early_outcome_waits_and_joins_when_its_prediction_comes()
    {
        var before = await server.SettledAsync("movies", Ct);
        var soon = server.Clock.GetUtcNow().AddMinutes(5);
        await server.TellAsync(Ct, ByKey(77, WatchedServer.Json("-1"), soon));
        await server.CountsAsync("movies", c => c.Waiting == before.Waiting + 1, Ct);

        server.Clock.Advance(TimeSpan.FromMinutes(1));
        await server.RecommendAsync(77, Ct);

        var after = await server.CountsAsync("movies", c => c.Joined == before.Joined + 1, Ct);
        Assert.Equal(before.Waiting, after.Waiting);
        Assert.Equal(before.Unknown, after.Unknown);
    }

    [Fact]
    public async Task An_outcome_is_counted_once_at_every_moment_while_it_joins()
    {
        const int Told = 60;
        var before = await server.SettledAsync("movies", Ct);
        var asked = 0;

        var telling = Task.Run(
            async () =>
            {
                for (var i = 0; i < Told; i++)
                {
                    var said = await server.RecommendAsync(50, Ct);
                    await server.TellAsync(Ct, WatchedServer.ById(said, said.Items![0].Item));
                    Volatile.Write(ref asked, i + 1);
                }
            },
            Ct
        );

        // Asked before and after: what came in between may be in it or not.
        OutcomeCounts counts;
        do
        {
            var least = Volatile.Read(ref asked);
            counts = await server.CountsAsync("movies", Ct);
            var known = counts.Joined + counts.Waiting - before.Joined - before.Waiting;
            Assert.InRange(known, least, Volatile.Read(ref asked) + 1);
        } while (!telling.IsCompleted);
        await telling;
        await server.CountsAsync("movies", c => c.Joined == before.Joined + Told, Ct);
    }

    [Fact]
    public async Task An_outcome_without_a_prediction_is_unknown_once_the_window_is_over()
    {
        var before = await server.SettledAsync("movies", Ct);
        await server.TellAsync(
            Ct,
            ByKey(-5, WatchedServer.Json("1"), null),
            new() { PredictionId = new((UInt128)12345), Outcome = WatchedServer.Json("1") }
        );
        await server.CountsAsync("movies", c => c.Waiting == before.Waiting + 2, Ct);

        server.Clock.Advance(TimeSpan.FromDays(8));

        var after = await server.CountsAsync("movies", c => c.Waiting == 0, Ct);
        Assert.Equal(before.Unknown + before.Waiting + 2, after.Unknown);
        Assert.Equal(before.Joined, after.Joined);
    }

    [Fact]
    public async Task An_outcome_after_the_window_is_not_held_against_its_prediction()
    {
        var before = await server.SettledAsync("movies", Ct);
        var said = await server.RecommendAsync(4, Ct);
        server.Clock.Advance(TimeSpan.FromDays(3));

        await server.TellAsync(Ct, WatchedServer.ById(said, said.Items![0].Item), ByKey(4, said.Items[0].Item, null));

        var after = await server.CountsAsync("movies", c => c.Unknown > before.Unknown, Ct);
        Assert.Equal(before.Joined, after.Joined);
    }

    [Fact]
    public async Task Joined_predictions_become_rows_in_the_form_that_the_contract_reads()
    {
        var last = await server.LastAsync(Ct);
        var said = await server.RecommendAsync(6, Ct);
        await server.TellAsync(
            Ct,
            WatchedServer.ById(said, WatchedServer.Json("""{"movie_id":17,"device":"tv"}""")),
            ByKey(6, WatchedServer.Json("18"), null)
        );
        await WatchedServer.UntilAsync(() => server.LossesAsync("movies", last, Ct), l => l.Count == 2, Ct);
        var path = Path.Combine(server.Folder, "joined.jsonl");

        var exported = await server.ExportAsync("movies", last, path, Ct);

        Assert.Equal(2, exported.Rows);
        var now = server.Clock.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal(
            [
                $$"""{"user_id":6,"movie_id":17,"device":"tv","watched_at":{{now}}}""",
                $$"""{"user_id":6,"movie_id":18,"watched_at":{{now}}}""",
            ],
            await File.ReadAllLinesAsync(path, Ct)
        );
        Assert.Equal(0, (await server.ExportAsync("movies", exported.Last, path, Ct)).Rows);
    }

    [Fact]
    public async Task Predictions_and_what_came_of_them_can_be_queried_like_any_dataset()
    {
        var last = await server.LastAsync(Ct);
        var said = await server.RecommendAsync(8, Ct);
        await server.TellAsync(Ct, WatchedServer.ById(said, said.Items![0].Item));
        await WatchedServer.UntilAsync(() => server.LossesAsync("movies", last, Ct), l => l.Count == 1, Ct);
        await server.Client.CompactPredictionsAsync(Ct);

        for (var i = 0; i < 2; i++)
        {
            var joined = await server.Client.QueryAsync(
                new(
                    $"""SELECT user_id, loss, outcome FROM "movies.joined" WHERE prediction_id = '{said.PredictionId}'"""
                ),
                Ct
            );
            Assert.Equal(
                ["8", "0", said.Items[0].Item.ToString()],
                Assert.Single(joined.Rows).Select(c => c.ToString())
            );
        }

        var predicted = await server.Client.QueryAsync(
            new($"""SELECT inputs->>'user_id' FROM "movies.predictions" WHERE id = '{said.PredictionId}'"""),
            Ct
        );
        Assert.Equal("8", Assert.Single(predicted.Rows)[0].GetString());
    }

    [Fact]
    public async Task An_outcome_that_is_told_as_columns_is_queried_as_what_is_watched_of_it()
    {
        var last = await server.LastAsync(Ct);
        var said = await server.RecommendAsync(9, Ct);
        var item = said.Items![0].Item;
        await server.TellAsync(
            Ct,
            WatchedServer.ById(said, WatchedServer.Json($$"""{"movie_id": {{item}}, "minutes": 90}"""))
        );
        await WatchedServer.UntilAsync(() => server.LossesAsync("movies", last, Ct), l => l.Count == 1, Ct);

        var joined = await server.Client.QueryAsync(
            new($"""SELECT outcome FROM "movies.joined" WHERE prediction_id = '{said.PredictionId}'"""),
            Ct
        );

        Assert.Equal(item.ToString(), Assert.Single(joined.Rows)[0].GetString());
    }

    [Fact]
    public async Task The_command_line_tells_outcomes_and_shows_what_they_came_to()
    {
        var before = await server.SettledAsync("visits", Ct);
        var said = await server.VisitAsync(30, 5, Ct);
        var told = await CommandLine.RunAsync(
            server,
            ["outcome", said.Label!, "--prediction", said.PredictionId, "--json"],
            Ct
        );
        Assert.Equal(new OutcomesView(1, 0), told.Json<OutcomesView>());
        await server.CountsAsync("visits", c => c.Joined == before.Joined + 1, Ct);

        var shown = await CommandLine.RunAsync(server, ["monitor", "visits"], Ct);
        Assert.Contains("visits serves visits v1", shown.Output, StringComparison.Ordinal);
        Assert.Contains($"{before.Joined + 1} joined", shown.Output, StringComparison.Ordinal);
        Assert.Matches("predictions and 0 errors since the server started, latency p50 [0-9.]+ ms", shown.Output);
        var view = (await CommandLine.RunAsync(server, ["monitor", "visits", "--json"], Ct)).Json<MonitorView>();
        // One window for each day on which other tests, too, told outcomes; all were right.
        Assert.NotEmpty(view.Windows);
        Assert.All(view.Windows, w => Assert.Equal(1, w.Value));
        Assert.Equal(0, (await CommandLine.RunAsync(server, ["alerts"], Ct)).ExitCode);
        Assert.Equal(3, (await CommandLine.RunAsync(server, ["monitor", "nowhere"], Ct)).ExitCode);
    }

    private static OutcomeRequest ByKey(int user, JsonElement outcome, DateTimeOffset? at) =>
        new()
        {
            Endpoint = Movies,
            Key = WatchedServer.Json($"{user}"),
            Outcome = outcome,
            At = at,
        };
}
