using Millrace.Api;
using Millrace.Core;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests.Loop;

/// <summary>A new version that passed its gates, and that viewers do not watch what it recommends: it must go by itself.</summary>
public sealed class WorseChallengerTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private readonly EveningViewers viewers = new(server);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_challenger_that_is_worse_is_rolled_back_by_evidence_and_the_champion_serves_on()
    {
        await viewers.ApplyAsync();
        await viewers.WatchAsync(600, (answer, _) => EveningViewers.Best(answer));
        var late = await viewers.AskAsync(40, (answer, _) => EveningViewers.Best(answer));
        await server.Client.RetrainAsync(EveningLoop.Name, new("the new week is in"), Ct);
        await viewers.LoopAsync(l => l.Stages.Any(s => s is { Name: "deploy", State: StageState.Running }));

        // Told late, of what was predicted before there was a challenger: none of the comparison's.
        var before = await viewers.LookedAtAsync(1);
        await viewers.TellAsync(late);
        var after = await viewers.LookedAtAsync(before.LooksTaken + 1);
        Assert.Equal((0, 0), (after.Looks[^1].ChampionOutcomes, after.Looks[^1].ChallengerOutcomes));

        var champion = new VersionNumber(1);
        while ((await server.Client.RolloutsAsync(EveningLoop.Endpoint, Ct))[0].State == RolloutState.Running)
        {
            await viewers.WatchAsync(50, (answer, _) => answer.Version == champion ? EveningViewers.Best(answer) : -1);
            Assert.True(viewers.Told < 4000, "Nothing was rolled back.");
        }

        var rollout = Assert.Single(await server.Client.RolloutsAsync(EveningLoop.Endpoint, Ct));
        Assert.Equal((RolloutState.RolledBack, 0), (rollout.State, rollout.Step));
        Assert.Contains("worse", rollout.Verdict, StringComparison.Ordinal);
        var loop = await viewers.LoopAsync(l => l.Retrainings[0].State != RetrainingState.Running);
        Assert.Equal(RetrainingState.Kept, loop.Retrainings[0].State);
        Assert.Equal(champion, (await server.Client.EndpointAsync(EveningLoop.Endpoint, Ct)).Version);
        await viewers.WatchAsync(
            50,
            (answer, _) =>
            {
                Assert.Equal(champion, answer.Version);
                return EveningViewers.Best(answer);
            }
        );
        var audit = await server.Client.AuditAsync("endpoint", EveningLoop.Endpoint.Value, 50, 0, Ct);
        Assert.Single(audit.Items, e => e.Action is "rollout rolled back");
        Assert.DoesNotContain(audit.Items, e => e.Action is "rollout promoted");
    }
}
