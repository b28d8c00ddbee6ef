using Millrace.Api;
using Millrace.Core;
using Millrace.Server.Tests.Loop;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests.Killing;

/// <summary>
/// A server that dies before every write by which a loop goes from one state to the next, and is started again: the loop is
/// applied, deploys, sees harm, retrains, and promotes the new version by a rollout.
/// </summary>
public sealed class KilledLoopTests(MortalServer server) : IClassFixture<MortalServer>
{
    private static readonly EndpointName Endpoint = EveningLoop.Endpoint;
    private static readonly LoopName Loop = EveningLoop.Name;

    /// <summary>Every way in which a loop and what it serves change, by table and columns; inserts have no columns.</summary>
    private static readonly string[] Transitions =
    [
        "loop_retrainings",
        "loop_retrainings Prepared",
        "loop_retrainings JoinedThrough",
        "loop_retrainings JoinedFile,JoinedThrough",
        "loop_retrainings IngestJob",
        "loop_retrainings DatasetVersion",
        "loop_retrainings Runs",
        "loop_retrainings ModelVersion",
        "loop_retrainings GatesAsked",
        "loop_retrainings Rollout",
        "loop_retrainings DeployedAt",
        "loop_retrainings EndedAt,Result,State",
        "serving_rollouts",
        "serving_rollouts Step,Looks,Evidence",
        "serving_rollouts State,Verdict,EndedAt,Looks,Evidence",
        "serving_deployments",
        "serving_endpoints",
        "serving_endpoints Deployment",
    ];

    /// <summary>A server that lives longer without coming to an end or to its death does not go on.</summary>
    private const int MostTicks = 600;

    private int viewer = 100_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>
    /// To keep a test short, every second transition kills: on SQLite the first, third and so on, on PostgreSQL the others, so that
    /// both together have each. ./test --slow kills at each on both.
    /// </summary>
    private static int Spared => SlowProofs.AreAskedFor ? 1 : 2;

    private static int SparedFirst =>
        !SlowProofs.AreAskedFor && Environment.GetEnvironmentVariable("MILLRACE_TEST_DB") is { Length: > 0 } ? 1 : 0;

    [Fact]
    public async Task Killed_before_every_transition_a_loop_goes_on_and_promotes_once()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Kills with SIGKILL.");
        var deaths = 0;
        var applied = false;
        for (var left = SparedFirst; ; left = Spared)
        {
            if (!await server.StartAsync(left))
            {
                deaths++;
                continue;
            }

            try
            {
                if (!applied)
                {
                    await ApplyAsync();
                    applied = true;
                }

                if (await LiveAsync())
                {
                    break;
                }
            }
            catch (HttpRequestException)
            {
                await server.DeathAsync(Ct);
            }

            Assert.True(++deaths < 100, "It does not come to its end: " + string.Join(" | ", server.Writes));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{deaths} deaths");
        await AssertOnceAsync();
        Assert.Empty(Transitions.Except(server.Writes, StringComparer.Ordinal));
        Assert.Empty(server.Writes.Except(Transitions, StringComparer.Ordinal));
        Assert.True(deaths >= Transitions.Length / Spared);
    }

    /// <summary>Viewers watch what the first version recommends until 200 did, and from then on what it does not know.</summary>
    /// <returns>True where the second version was promoted; false where the server died.</returns>
    private async Task<bool> LiveAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        for (var ticks = 0; ticks < MostTicks && await timer.WaitForNextTickAsync(Ct); ticks++)
        {
            var loop = await server.Client.LoopAsync(Loop, Ct);
            if (loop.Retrainings is [{ State: not RetrainingState.Running }, { State: not RetrainingState.Running }])
            {
                return true;
            }

            if (loop.Endpoint is not null && (await server.Client.EndpointsAsync(Ct)).Count > 0)
            {
                var joined = (await server.Client.MonitorAsync(Endpoint, Ct)).Outcomes.Joined;
                await WatchAsync(joined < 200);
            }
        }

        Assert.Fail("It does not go on: " + string.Join(" | ", server.Writes));
        return false;
    }

    private async Task WatchAsync(bool asRecommended)
    {
        var answers = await Task.WhenAll(
            Enumerable.Range(viewer, 50).Select(user => EveningLoop.PredictAsync(server.Client, user, Ct))
        );
        viewer += answers.Length;
        var outcomes = answers.Select(
            (answer, i) => EveningLoop.Watched(answer, asRecommended ? answer.Items![0].Item.GetInt64() : 900 + (i % 5))
        );
        await server.Client.SendOutcomesAsync([.. outcomes], Ct);
    }

    private async Task AssertOnceAsync()
    {
        var loop = await server.Client.LoopAsync(Loop, Ct);
        Assert.All(loop.Retrainings, r => Assert.Equal(RetrainingState.Promoted, r.State));
        Assert.Equal([TriggerKind.Harm, TriggerKind.Applied], loop.Retrainings.Select(r => r.Trigger));
        var endpoint = await server.Client.EndpointAsync(Endpoint, Ct);
        Assert.Equal([new VersionNumber(2), new VersionNumber(1)], endpoint.History.Select(h => h.Version));
        Assert.Equal(new VersionNumber(2), endpoint.Version);
        var rollout = Assert.Single(await server.Client.RolloutsAsync(Endpoint, Ct));
        Assert.Equal(RolloutState.Promoted, rollout.State);
        Assert.Equal(2, (await server.Client.DatasetAsync(loop.Dataset, Ct)).Versions.Count);
        Assert.Equal(2, (await server.Client.ModelAsync(new("evening"), Ct)).Versions.Count);

        var audit = (await server.Client.AuditAsync(null, null, 200, 0, Ct))
            .Items.Reverse()
            .Select(e => e.Action)
            .ToList();
        Assert.Equal(
            ["ingested", "trained", "registered", "blessed", .. EveningLoop.Turn],
            audit.Where(a => EveningLoop.Turn.Contains(a, StringComparer.Ordinal))
        );
        Assert.Single((await server.Client.AlertsAsync(50, 0, Ct)).Items, a => a is { Kind: "promoted" });
    }

    private async Task ApplyAsync()
    {
        var file = Path.Combine(server.Folder, "views.csv");
        if (!File.Exists(file))
        {
            await File.WriteAllLinesAsync(file, EveningLoop.Views(), Ct);
        }

        await server.Client.ApplyAsync(new(EveningLoop.Yaml(file), server.Folder), Ct);
    }
}
