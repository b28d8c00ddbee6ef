using System.Net;
using System.Text.Json;
using Millrace.Api;
using Millrace.Core;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests.Serving;

public sealed class RolloutTests(ServingServer server) : IClassFixture<ServingServer>
{
    private const string Visit = """{"age": 40, "region": "north", "clicks": 12, "member": true}""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_challenger_gets_its_share_and_the_log_names_the_version_that_answered()
    {
        const int Asked = 1200;
        const double Share = 0.3;
        await server.DeployAsync("shared", "visits", 1, Ct);
        var rollout = await server.StartRolloutAsync("shared", "visits", 2, [Share], Ct);

        var answered = await AskAsync("shared", Asked);

        // Five standard deviations of a binomial: one failure in two million.
        var deviation = Math.Sqrt(Asked * Share * (1 - Share));
        var challenger = answered.Values.Count(v => v == 2);
        Assert.InRange(challenger, (Asked * Share) - (5 * deviation), (Asked * Share) + (5 * deviation));
        var logged = await server.Client.PredictionsAsync(new("shared"), 1000, Ct);
        Assert.Equal(1000, logged.Count);
        Assert.All(logged, p => Assert.Equal(answered[p.Id], p.Version.Value));
        var traffic = (await NewestAsync("shared")).Traffic!;
        Assert.Equal(new RolloutTraffic(Asked - challenger, challenger, 0), traffic);
        Assert.Equal(2, (await AliasesAsync("visits"))["challenger"].Value);
        Assert.Equal(RolloutState.Running, rollout.State);
    }

    [Fact]
    public async Task The_two_versions_give_what_they_would_give_alone()
    {
        await server.DeployAsync("alone-one", "visits", 1, Ct);
        await server.DeployAsync("alone-two", "visits", 2, Ct);
        await server.DeployAsync("both", "visits", 1, Ct);
        await server.StartRolloutAsync("both", "visits", 2, [0.5], Ct);
        var (_, one) = await server.PostAsync("predict/alone-one", Visit, Ct);
        var (_, two) = await server.PostAsync("predict/alone-two", Visit, Ct);
        double[] scores = [one.GetProperty("score").GetDouble(), two.GetProperty("score").GetDouble()];

        for (var i = 0; i < 40; i++)
        {
            var (_, json) = await server.PostAsync("predict/both", Visit, Ct);
            var version = json.GetProperty("version").GetInt32();
            Assert.Equal(scores[version - 1], json.GetProperty("score").GetDouble());
        }

        Assert.NotEqual(scores[0], scores[1]);
    }

    [Fact]
    public async Task A_user_keeps_the_version_and_those_of_a_smaller_share_stay_in_a_larger_one()
    {
        await server.AddRecommenderAsync("films", 1, Ct);
        await server.AddRecommenderAsync("films", 2, Ct);
        await server.DeployAsync("films", "films", 1, Ct);
        var rollout = await server.StartRolloutAsync("films", "films", 2, [0.2, 0.6], Ct);
        var first = await VersionsOfUsersAsync("films", 300);
        var second = await VersionsOfUsersAsync("films", 300);
        await server.AdvanceAsync("films", rollout.Number, 1, ServingServer.Look("no worse so far"), Ct);
        var wider = await VersionsOfUsersAsync("films", 300);

        Assert.Equal(first, second);
        Assert.InRange(first.Count(v => v == 2), 300 * 0.2 * 0.4, 300 * 0.2 * 1.6);
        Assert.InRange(wider.Count(v => v == 2), 300 * 0.6 * 0.7, 300 * 0.6 * 1.3);
        Assert.All(first.Zip(wider), pair => Assert.True(pair.First == 1 || pair.Second == 2));
    }

    [Fact]
    public async Task Promoting_switches_all_at_once_and_only_once()
    {
        await server.DeployAsync("promoted", "visits", 1, Ct);
        var rollout = await server.StartRolloutAsync("promoted", "visits", 2, [0.1], Ct);
        var look = ServingServer.Look("safe");

        var promoted = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => server.PromoteAsync("promoted", rollout.Number, look, Ct))
        );

        Assert.Single(promoted, p => p);
        var view = await server.Client.EndpointAsync(new("promoted"), Ct);
        Assert.Equal((2, "promoted"), (view.Version.Value, view.History[0].Action));
        Assert.Equal(2, view.History.Count);
        var ended = await NewestAsync("promoted");
        Assert.Equal((RolloutState.Promoted, "safe"), (ended.State, ended.Verdict));
        Assert.Equal([look], ended.Looks);
        Assert.Null(ended.Traffic);
        var aliases = await AliasesAsync("visits");
        Assert.Equal(2, aliases["champion"].Value);
        Assert.DoesNotContain("challenger", aliases.Keys, StringComparer.Ordinal);
        Assert.All((await AskAsync("promoted", 50)).Values, v => Assert.Equal(2, v));
        var audit = await server.Client.AuditAsync("endpoint", "promoted", 20, 0, Ct);
        Assert.Equal(["rollout promoted", "rollout started", "deployed"], audit.Items.Select(e => e.Action));
        await Assert.ThrowsAsync<RefusalException>(() => server.RollBackAsync("promoted", rollout.Number, look, Ct));
    }

    [Fact]
    public async Task A_challenger_that_cannot_be_loaded_is_not_promoted_and_the_rollout_goes_on()
    {
        await server.DeployAsync("torn", "visits", 1, Ct);
        var rollout = await server.StartRolloutAsync("torn", "visits", 2, [0.5], Ct);
        await server.BrokenAsync(
            "visits",
            2,
            () =>
                Assert.ThrowsAsync<RefusalException>(() =>
                    server.PromoteAsync("torn", rollout.Number, ServingServer.Look("safe"), Ct)
                )
        );

        Assert.Equal(RolloutState.Running, (await NewestAsync("torn")).State);
        Assert.Equal(1, (await server.Client.EndpointAsync(new("torn"), Ct)).Version.Value);
        Assert.Equal([1, 2], (await AskAsync("torn", 60)).Values.Distinct().Order());
    }

    [Fact]
    public async Task Aborting_gives_all_traffic_back_to_the_champion()
    {
        await server.DeployAsync("aborted", "visits", 1, Ct);
        await server.StartRolloutAsync("aborted", "visits", 2, [1.0], Ct);
        Assert.All((await AskAsync("aborted", 20)).Values, v => Assert.Equal(2, v));

        var view = await server.Client.AbortAsync(new("aborted"), new("second thoughts"), Ct);

        Assert.Equal((RolloutState.Aborted, "second thoughts"), (view.State, view.Verdict));
        Assert.All((await AskAsync("aborted", 20)).Values, v => Assert.Equal(1, v));
        var refusal = await Assert.ThrowsAsync<RefusalException>(() =>
            server.Client.AbortAsync(new("aborted"), new("again"), Ct)
        );
        Assert.Equal(RefusalKind.Conflict, refusal.Kind);
    }

    [Theory]
    [InlineData("deployed")]
    [InlineData("deployed the champion")]
    [InlineData("rolled back")]
    public async Task Switching_by_hand_ends_the_rollout(string how)
    {
        var endpoint = "hand-" + how.Replace(' ', '-');
        await server.DeployAsync(endpoint, "visits", 2, Ct);
        await server.DeployAsync(endpoint, "visits", 1, Ct);
        await server.StartRolloutAsync(endpoint, "visits", 2, [1.0], Ct);

        await (
            how switch
            {
                "deployed" => server.DeployAsync(endpoint, "movies", 1, Ct),
                "deployed the champion" => server.DeployAsync(endpoint, "visits", 1, Ct),
                _ => server.Client.RollbackAsync(new(endpoint), new("a test"), Ct),
            }
        );

        var view = await NewestAsync(endpoint);
        Assert.Equal(RolloutState.Aborted, view.State);
        Assert.Contains("by hand", view.Verdict, StringComparison.Ordinal);
        Assert.Null(view.Traffic);
        Assert.DoesNotContain("challenger", (await AliasesAsync("visits")).Keys, StringComparer.Ordinal);
    }

    [Fact]
    public async Task The_same_challenger_again_is_the_same_rollout_and_another_is_refused()
    {
        await server.AddRecommenderAsync("other", 1, Ct);
        await server.AddRecommenderAsync("other", 2, Ct);
        await server.AddRecommenderAsync("other", 3, Ct);
        await server.DeployAsync("one-at-a-time", "other", 1, Ct);
        var first = await server.StartRolloutAsync("one-at-a-time", "other", 2, [0.1], Ct);
        var again = await server.StartRolloutAsync("one-at-a-time", "other", 2, [0.1], Ct);

        Assert.Equal(first.Number, again.Number);
        await RefusedAsync(RefusalKind.Conflict, "one-at-a-time", "other", 3, [0.1]);
        Assert.Contains(
            "other steps",
            await RefusedAsync(RefusalKind.Conflict, "one-at-a-time", "other", 2, [0.2]),
            StringComparison.Ordinal
        );
        string[] typed = ["rollout", "start", "one-at-a-time", "other", "2", "--steps", "10%", "--confidence"];
        Assert.Equal(0, (await CommandLine.RunAsync(server, [.. typed, "99%"], Ct)).ExitCode);
        Assert.Equal(4, (await CommandLine.RunAsync(server, [.. typed, "98%"], Ct)).ExitCode);
    }

    [Fact]
    public async Task What_cannot_be_rolled_out_is_refused()
    {
        await server.DeployAsync("strict", "visits", 1, Ct);

        await RefusedAsync(RefusalKind.NotFound, "strict", "visits", 77, [0.1]);
        Assert.Contains(
            "auc",
            await RefusedAsync(RefusalKind.Conflict, "strict", "visits", 3, [0.1]),
            StringComparison.Ordinal
        );
        await RefusedAsync(RefusalKind.Conflict, "strict", "visits", 2, []);
        await RefusedAsync(RefusalKind.Conflict, "strict", "visits", 1, [0.1]);
        await RefusedAsync(RefusalKind.Conflict, "nowhere", "visits", 2, [0.1]);
        Assert.Contains(
            "other inputs",
            await RefusedAsync(RefusalKind.Conflict, "strict", "movies", 1, [0.1]),
            StringComparison.Ordinal
        );
        await RefusedAsync(RefusalKind.Invalid, "strict", "visits", 2, [0.5, 0.2]);
        await RefusedAsync(RefusalKind.Invalid, "strict", "visits", 2, [0.0]);
        Assert.Empty(await server.Client.RolloutsAsync(new("strict"), Ct));
    }

    [Fact]
    public async Task A_restart_keeps_the_split_and_a_broken_challenger_leaves_all_to_the_champion()
    {
        await server.AddRecommenderAsync("again", 1, Ct);
        await server.AddRecommenderAsync("again", 2, Ct);
        await server.DeployAsync("again", "again", 1, Ct);
        await server.StartRolloutAsync("again", "again", 2, [0.5], Ct);
        var before = await VersionsOfUsersAsync("again", 100);

        await server.RestartAsync();
        var after = await VersionsOfUsersAsync("again", 100);
        await server.BrokenAsync("again", 2, server.RestartAsync);
        var broken = await VersionsOfUsersAsync("again", 100);

        Assert.Equal(before, after);
        Assert.Contains(2, after);
        Assert.All(broken, v => Assert.Equal(1, v));
        Assert.Equal(RolloutState.Running, (await NewestAsync("again")).State);
    }

    /// <summary>The version that answered, by the prediction's id.</summary>
    private async Task<Dictionary<string, int>> AskAsync(string endpoint, int times)
    {
        var answered = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < times; i++)
        {
            var (status, json) = await server.PostAsync($"predict/{endpoint}", Visit, Ct);
            Assert.Equal(HttpStatusCode.OK, status);
            answered.Add(json.GetProperty("prediction_id").GetString()!, json.GetProperty("version").GetInt32());
        }

        return answered;
    }

    private async Task<List<int>> VersionsOfUsersAsync(string endpoint, int users)
    {
        var versions = new List<int>();
        for (var user = 0; user < users; user++)
        {
            var inputs = JsonElement.Parse($$"""{"user_id": {{user}}}""");
            versions.Add((await server.Client.PredictAsync(new(endpoint), inputs, Ct)).Version.Value);
        }

        return versions;
    }

    private async Task<RolloutView> NewestAsync(string endpoint) =>
        (await server.Client.RolloutsAsync(new(endpoint), Ct))[0];

    private async Task<IReadOnlyDictionary<string, VersionNumber>> AliasesAsync(string model) =>
        (await server.Client.ModelAsync(new(model), Ct)).Aliases;

    private async Task<string> RefusedAsync(
        RefusalKind kind,
        string endpoint,
        string model,
        int version,
        double[] steps
    )
    {
        var refusal = await Assert.ThrowsAsync<RefusalException>(() =>
            server.StartRolloutAsync(endpoint, model, version, steps, Ct)
        );
        Assert.Equal(kind, refusal.Kind);
        return refusal.Message;
    }
}
