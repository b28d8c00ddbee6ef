using Millrace.Api;
using Millrace.Core;
using Xunit;

namespace Millrace.Server.Tests.Experiments;

/// <summary>Trainings that do not come to their end in peace.</summary>
public sealed class InterruptedTrainingTests(TrainingServer server) : IClassFixture<TrainingServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_child_that_is_killed_is_a_failed_run_and_the_server_goes_on()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The child is found in /proc.");
        var id = await server.StartRunAsync(server.LongVisits("killed from outside"), Ct);
        await server.TrainingOfAsync(id, Ct);

        using (var child = server.Child())
        {
            child.Kill();
        }

        var run = await server.EndOfRunAsync(id, Ct);
        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains("signal 9", run.Error, StringComparison.Ordinal);
        Assert.NotNull(run.EndedAt);
        Assert.Equal("100000", run.Params["num_iterations"]);
        Assert.NotEmpty(run.RecipeHash!);
        Assert.True(run is { Seconds: > 0, PeakMemoryBytes: > 0 });
        var log = await server.Client.RunLogAsync(id, Ct);
        Assert.StartsWith("Reading and splitting rows", log, StringComparison.Ordinal);
        Assert.Matches(@"signal 9 .* It ended at: Round [0-9]+\.", log);
        await server.TrainAsync(server.Visits("after a crash"), Ct);
    }

    [Fact]
    public async Task A_run_whose_child_failed_by_a_fault_says_which_and_its_log_says_where()
    {
        var broken = server.Write("broken.parquet", "not parquet");

        var run = await server.EndOfRunAsync(
            await server.StartRunAsync(server.Visits("broken") with { Files = [broken] }, Ct),
            Ct
        );

        Assert.Contains("broken.parquet", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.Contains("   at ", await server.Client.RunLogAsync(run.Id, Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_run_stops_and_says_who_stopped_it()
    {
        var id = await server.StartRunAsync(server.LongVisits("cancelled"), Ct);
        await server.TrainingOfAsync(id, Ct);

        await server.Client.CancelRunAsync(id, Ct);

        var run = await server.EndOfRunAsync(id, Ct);
        Assert.Equal(RunState.Killed, run.State);
        Assert.Null(run.Error);
        Assert.Contains(
            "It was told to stop at: Round",
            await server.Client.RunLogAsync(id, Ct),
            StringComparison.Ordinal
        );
        var audit = await server.Client.AuditAsync("run", "cancelled", 10, 0, Ct);
        Assert.Single(audit.Items, e => e is { Action: "cancelled", Actor: "tester" });
    }

    [Fact]
    public async Task Cancelling_a_run_that_is_over_is_refused_with_how_it_ended_and_changes_nothing()
    {
        var run = await server.TrainAsync(server.Visits("over"), Ct);

        var refusal = await Assert.ThrowsAsync<RefusalException>(() => server.Client.CancelRunAsync(run.Id, Ct));

        Assert.Equal(RefusalKind.Conflict, refusal.Kind);
        Assert.Equal($"Run {run.Id} has ended already: finished.", refusal.Message);
        Assert.Equal(RunState.Finished, (await server.Client.RunAsync(run.Id, Ct)).State);
        Assert.DoesNotContain(
            (await server.Client.AuditAsync("run", "over", 10, 0, Ct)).Items,
            e => e.Action is "cancelled"
        );
    }

    [Fact]
    public async Task A_run_that_a_server_left_behind_is_finished_by_the_next()
    {
        var id = await server.StartRunAsync(
            server.Visits("left behind", 1, null, ("num_iterations", "1500"), ("early_stopping_rounds", "1500")),
            Ct
        );
        await server.TrainingOfAsync(id, Ct);

        await server.RestartAsync();

        var run = await server.EndOfRunAsync(id, Ct);
        Assert.True(run.State == RunState.Finished, run.Error);
        foreach (var key in run.Series)
        {
            var points = await server.Client.MetricAsync(id, key, Ct);
            Assert.Equal(points.Count, points.Select(p => p.Step).Distinct().Count());
        }
    }

    [Fact]
    public async Task However_often_a_server_is_told_to_stop_it_does_not_count_against_the_run()
    {
        var id = await server.StartRunAsync(server.LongVisits("patient"), Ct);
        for (var stop = 0; stop < 4; stop++)
        {
            await server.TrainingOfAsync(id, Ct);
            await server.RestartAsync();
        }

        await server.TrainingOfAsync(id, Ct);
        Assert.Equal(RunState.Running, (await server.Client.RunAsync(id, Ct)).State);
        await server.Client.CancelRunAsync(id, Ct);
        await server.EndOfRunAsync(id, Ct);
    }
}
