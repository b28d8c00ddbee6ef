using System.Text.Json;
using Millrace.Api;
using Millrace.Core;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests.Loop;

/// <summary>Retrainings that cannot come to anything: people hear of each, tries grow rare, and what served serves on.</summary>
public sealed class FailedRetrainingTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const int Rows = 60;
    private static readonly LoopName Loop = new("ailing");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_begin_on_schedule_back_off_and_alert_until_a_person_has_one_done_from_the_new_rows()
    {
        var file = Write(Rows);
        await server.Client.ApplyAsync(
            new(
                """
                loop: ailing
                data: { source: { files: ailing.csv } }
                model: { task: regress, target: y, try: [lightgbm] }
                deploy: { endpoint: ailing }
                retrain: { on: { every: 1s }, cooldown: 1s }
                """,
                Path.GetDirectoryName(file)!
            ),
            Ct
        );
        await UntilAsync(l => l.Retrainings[^1].State == RetrainingState.Promoted);
        File.Delete(file);

        var failed = (await UntilAsync(l => Failed(l).Count >= 3)).Retrainings.Where(IsFailed).Reverse().ToList();

        Assert.All(failed, r => Assert.Equal(TriggerKind.Schedule, r.Trigger));
        Assert.All(failed, r => Assert.Contains("ailing.csv does not exist", r.Result, StringComparison.Ordinal));
        // Each failure doubles the wait of a second.
        Assert.True(failed[1].StartedAt - failed[0].StartedAt >= TimeSpan.FromSeconds(2));
        Assert.True(failed[2].StartedAt - failed[1].StartedAt >= TimeSpan.FromSeconds(4));
        var alerts = (await server.Client.AlertsAsync(50, 0, Ct)).Items;
        Assert.Equal(
            failed.Select(r => r.Number),
            alerts
                .Where(a => a is { Kind: "retraining-failed", Severity: AlertSeverity.Critical, Subject: "ailing" })
                .Select(a => int.Parse(a.Message.Split(' ')[1], null))
                .Order()
        );
        Assert.Equal(new VersionNumber(1), (await PredictAsync()).Version);

        Write(Rows + 10);
        await server.Client.RetrainAsync(Loop, new("the disk is back"), Ct);

        var mended = (await UntilAsync(l => l.Retrainings.Any(IsMended))).Retrainings.Single(IsMended);
        Assert.Equal("the disk is back", mended.Reason);
        // The rows that the file began with are in the dataset already.
        Assert.Equal(Rows + 10, (await server.Client.DatasetVersionAsync(new("ailing"), new(2), Ct)).Rows);
        Assert.Equal(new VersionNumber(2), (await PredictAsync()).Version);
    }

    [Fact]
    public async Task What_a_person_took_back_does_not_return_by_itself_while_there_is_nothing_new()
    {
        var loop = new LoopName("regretted");
        var endpoint = new EndpointName("regretted");
        var file = Write(Rows, "regretted.csv");
        await server.Client.ApplyAsync(
            new(
                """
                loop: regretted
                data: { source: { files: regretted.csv } }
                model: { task: regress, target: y, try: [lightgbm] }
                deploy: { endpoint: regretted }
                retrain: { on: { every: 1s }, cooldown: 1s }
                """,
                Path.GetDirectoryName(file)!
            ),
            Ct
        );
        await UntilAsync(l => l.Retrainings.Any(r => r.State == RetrainingState.Promoted), loop);
        Write(Rows + 10, "regretted.csv");
        await UntilAsync(l => l.Retrainings.Count(r => r.State == RetrainingState.Promoted) == 2, loop);

        await server.Client.RollbackAsync(endpoint, new("the new one is worse"), Ct);

        var since = (await server.Client.LoopAsync(loop, Ct)).Retrainings.Max(r => r.Number);
        var later = await UntilAsync(
            l => l.Retrainings.Count(r => r.Number > since + 1 && r.State != RetrainingState.Running) >= 2,
            loop
        );
        Assert.All(
            later.Retrainings.Where(r => r.Number > since + 1 && r.State != RetrainingState.Running),
            r => Assert.Contains("v2 was taken back from regretted already", r.Result, StringComparison.Ordinal)
        );
        Assert.Equal(new VersionNumber(1), (await PredictAsync(endpoint)).Version);
    }

    private static bool IsFailed(RetrainingView retraining) => retraining.State == RetrainingState.Failed;

    private static bool IsMended(RetrainingView retraining) =>
        retraining is { Trigger: TriggerKind.Person, State: RetrainingState.Promoted };

    private static List<RetrainingView> Failed(LoopView loop) => [.. loop.Retrainings.Where(IsFailed)];

    private string Write(int rows, string name = "ailing.csv") =>
        server.Write(name, "x,y\n" + string.Concat(Enumerable.Range(0, rows).Select(i => $"{i},{i % 7}\n")));

    private Task<PredictionView> PredictAsync(EndpointName? endpoint = null) =>
        server.Client.PredictAsync(
            endpoint ?? new("ailing"),
            JsonSerializer.SerializeToElement(new { x = 3 }),
            null,
            Ct
        );

    private async Task<LoopView> UntilAsync(Func<LoopView, bool> wanted, LoopName? of = null)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while (true)
        {
            var loop = await server.Client.LoopAsync(of ?? Loop, Ct);
            if (wanted(loop))
            {
                return loop;
            }

            await timer.WaitForNextTickAsync(Ct);
        }
    }
}
