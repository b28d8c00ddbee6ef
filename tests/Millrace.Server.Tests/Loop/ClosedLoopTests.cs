using Millrace.Api;
using Millrace.Core;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests.Loop;

/// <summary>
/// Subscribers who suddenly watch what nobody is recommended: the loop must notice by what they watch, learn from it, and be
/// right again, with nobody at the keyboard.
/// </summary>
public sealed class ClosedLoopTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static readonly EndpointName Endpoint = EveningLoop.Endpoint;
    private static readonly LoopName Loop = EveningLoop.Name;
    private readonly EveningViewers viewers = new(server);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_shift_is_noticed_learned_from_and_promoted_by_itself()
    {
        await viewers.ApplyAsync();
        var quiet = await WatchedAsync();
        Assert.Equal((StageState.Done, "no outcome yet"), (quiet.State, quiet.Headline));
        Assert.Equal("Nothing is joined yet for evening v1.", quiet.Message);

        // Everybody watches the best that he is recommended.
        var calm = await viewers.WatchAsync(600, (answer, _) => EveningViewers.Best(answer));
        Assert.Equal((1.0, HarmPhase.Watching), (calm.Windows[^1].Value, calm.Harm.Phase));
        // Viewers whom no row knows: said, and no reason to retrain.
        Assert.Equal(ShiftLevel.Large, Assert.Single(calm.Inputs).Level);
        Assert.Single((await server.Client.LoopAsync(Loop, Ct)).Retrainings);
        var watched = await WatchedAsync();
        Assert.Equal(("hit_rate@10 1.0000", "/endpoints/evening?tab=monitor"), (watched.Headline, watched.Link));

        // Overnight, everybody watches what no list has.
        while ((await server.Client.LoopAsync(Loop, Ct)).Retrainings.Count == 1)
        {
            await viewers.WatchAsync(50, (_, i) => 900 + (i % 5));
            Assert.True(viewers.Told < 2600, "Nothing was noticed.");
        }

        var rolling = await viewers.LoopAsync(l =>
            l.Stages.Any(s => s is { Name: "deploy", State: StageState.Running })
        );
        var retraining = rolling.Retrainings[0];
        Assert.Equal((TriggerKind.Harm, RetrainingState.Running), (retraining.Trigger, retraining.State));
        Assert.Contains("fell from 1.000", retraining.Reason, StringComparison.Ordinal);
        Assert.Equal(new VersionNumber(2), retraining.DatasetVersion);
        var data = await server.Client.DatasetVersionAsync(rolling.Dataset, new(2), Ct);
        Assert.InRange(data.Rows, EveningLoop.Rows + 600 + 1, EveningLoop.Rows + viewers.Told);
        Assert.Equal(0, data.Quarantined);

        // Both versions serve; the new one knows what is watched now, and is promoted for it.
        while ((await server.Client.RolloutsAsync(Endpoint, Ct))[0].State == RolloutState.Running)
        {
            await viewers.WatchAsync(50, (_, i) => 900 + (i % 5));
            Assert.True(viewers.Told < 4600, "Nothing was promoted.");
        }

        var after = await viewers.LoopAsync(l => l.Retrainings[0].State == RetrainingState.Promoted);
        Assert.Equal(2, after.Retrainings.Count);
        var endpoint = await server.Client.EndpointAsync(Endpoint, Ct);
        Assert.Equal((new VersionNumber(2), 2), (endpoint.Version, endpoint.History.Count));
        await TellsItsStoryAsync();
    }

    /// <summary>The audit log has the whole chain once, and people were told.</summary>
    private async Task TellsItsStoryAsync()
    {
        var audit = (await server.Client.AuditAsync(null, null, 200, 0, Ct)).Items.Reverse().ToList();
        var since = audit.FindIndex(e => e.Action is "triggered");
        var story = audit
            .Skip(since)
            .Select(e => e.Action)
            .Where(a => EveningLoop.Turn.Contains(a, StringComparer.Ordinal));
        Assert.Equal(EveningLoop.Turn, story);
        var alerts = (await server.Client.AlertsAsync(50, 0, Ct)).Items;
        Assert.Single(alerts, a => a is { Kind: "harm", Severity: AlertSeverity.Critical });
        Assert.Single(alerts, a => a is { Kind: "promoted", Severity: AlertSeverity.Info });
    }

    /// <summary>How the loop says that its endpoint does.</summary>
    private async Task<StageView> WatchedAsync() =>
        (await server.Client.LoopAsync(Loop, Ct)).Stages.Single(s => s.Name is "monitor");
}
