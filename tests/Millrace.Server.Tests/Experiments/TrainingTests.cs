using Millrace.Api;
using Millrace.Core;
using Xunit;

namespace Millrace.Server.Tests.Experiments;

public sealed class TrainingTests(TrainingServer server) : IClassFixture<TrainingServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_says_what_it_was_made_from_and_what_came_of_it()
    {
        var run = await server.TrainAsync(server.Visits("the first"), Ct);

        Assert.InRange(run.Score!.Value, 0.7, 0.99);
        Assert.Equal(run.Metrics["auc"], run.Score);
        Assert.Equal(0.5, run.Baseline["auc"], 6);
        Assert.Equal(1200, run.TrainRows + run.TestRows);
        Assert.InRange(run.TestRows!.Value, 250, 350);
        Assert.Equal(64, run.ModelHash!.Length);
        Assert.Equal(64, run.RecipeHash!.Length);
        Assert.StartsWith("0.1.0", run.CodeVersion, StringComparison.Ordinal);
        Assert.Equal("20", run.Params["num_iterations"]);
        Assert.Equal("tester", run.Tags["who"]);
        Assert.Equal("visits", run.Dataset.Value);
        Assert.True(run.PeakMemoryBytes > 1 << 20);
        Assert.True(run.Seconds > 0);
        Assert.Contains(run.Importance, i => i is { Feature: "clicks", Gain: > 0 });
        Assert.True(run.StartedAt <= run.EndedAt);
        Assert.Equal(1, run.Done);

        var listed = await server.Client.RunsAsync(new ExperimentName("visits"), 1000, 0, Ct);
        Assert.Contains(
            listed.Items,
            r => r.Id == run.Id && r.Score.Equals(run.Score) && r.Seconds.Equals(run.Seconds)
        );
        Assert.Empty((await server.Client.RunsAsync(new ExperimentName("others"), 1000, 0, Ct)).Items);
        var audit = await server.Client.AuditAsync("run", "the first", 10, 0, Ct);
        Assert.Contains(
            audit.Items,
            e => e.Action is "trained" && e.Details["run"].Equals(run.Id.Value, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Metrics_by_step_and_the_log_can_be_read()
    {
        var run = await server.TrainAsync(server.Visits("the first"), Ct);

        foreach (var key in run.Series.Where(k => k is not "odd"))
        {
            var points = await server.Client.MetricAsync(run.Id, key, Ct);
            Assert.NotEmpty(points);
            Assert.Equal(points.Select(p => p.Step).Distinct().Order(), points.Select(p => p.Step));
        }

        Assert.NotEmpty(run.Series);
        Assert.Contains("tested on", await server.Client.RunLogAsync(run.Id, Ct), StringComparison.Ordinal);
        var refusal = await Assert.ThrowsAsync<RefusalException>(() => server.Client.MetricAsync(run.Id, "aux", Ct));
        Assert.Equal(RefusalKind.NotFound, refusal.Kind);
    }

    [Fact]
    public async Task The_same_key_gives_the_same_run()
    {
        var first = await server.StartRunAsync(server.Visits("the first"), Ct);
        var second = await server.StartRunAsync(server.Visits("the first"), Ct);
        await server.EndOfRunAsync(first, Ct);
        var third = await server.StartRunAsync(server.Visits("the first"), Ct);

        Assert.Equal(first, second);
        Assert.Equal(first, third);
    }

    [Fact]
    public async Task Training_twice_from_the_same_data_recipe_and_seed_gives_the_same_model()
    {
        var one = await server.TrainAsync(server.Visits("the first"), Ct);
        var again = await server.TrainAsync(server.Visits("once more"), Ct);
        var other = await server.TrainAsync(server.Visits("by another seed", seed: 6), Ct);

        Assert.NotEqual(one.Id, again.Id);
        Assert.Equal(one.ModelHash, again.ModelHash);
        Assert.Equal(one.RecipeHash, again.RecipeHash);
        Assert.NotEqual(one.ModelHash, other.ModelHash, StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_commit_that_comes_twice_changes_nothing()
    {
        var run = await server.TrainAsync(server.Visits("the first"), Ct);

        await server.CommitAgainAsync(run.Id, Ct);

        var now = await server.Client.RunAsync(run.Id, Ct);
        Assert.Equal(run.EndedAt, now.EndedAt);
        Assert.Equal(run.Metrics, now.Metrics);
        Assert.Equal(run.Series, now.Series, StringComparer.Ordinal);
        var audit = await server.Client.AuditAsync("run", "the first", 10, 0, Ct);
        Assert.Single(audit.Items, e => e.Action is "trained");
    }

    [Fact]
    public async Task What_cannot_be_trained_fails_with_the_reason()
    {
        var request = server.Visits("nothing to predict");
        request = request with { Model = request.Model with { Target = "bougth" } };

        var run = await server.EndOfRunAsync(await server.StartRunAsync(request, Ct), Ct);

        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains("bougth", run.Error, StringComparison.Ordinal);
        var audit = await server.Client.AuditAsync("run", "nothing to predict", 10, 0, Ct);
        Assert.Contains(audit.Items, e => e.Action is "failed" && e.Reason.Equals(run.Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Many_points_and_odd_numbers_are_kept_as_they_are()
    {
        var run = await server.TrainAsync(server.Visits("the first"), Ct);
        double[] odd = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.25, double.Epsilon];
        var at = DateTimeOffset.UnixEpoch.AddMicroseconds(1_767_600_000_123_456);

        await server.MeasureAsync(
            run.Id,
            [.. Enumerable.Range(0, 1001).Select(i => new Jobs.WorkMetric("odd", odd[i % odd.Length], i, at))],
            Ct
        );

        var points = await server.Client.MetricAsync(run.Id, "odd", Ct);
        Assert.Equal(1001, points.Count);
        Assert.All(points, p => Assert.Equal(odd[p.Step % odd.Length], p.Value));
        Assert.All(points, p => Assert.Equal(at, p.At));
    }

    [Fact]
    public async Task A_run_that_is_not_there_is_named()
    {
        var id = new RunId("0199c1f2a3b47c0e8d5f6a7b8c9d0e1f");

        foreach (
            var ask in new Func<Task>[]
            {
                () => server.Client.RunAsync(id, Ct),
                () => server.Client.RunLogAsync(id, Ct),
                () => server.Client.MetricAsync(id, "auc", Ct),
                () => server.Client.CancelRunAsync(id, Ct),
            }
        )
        {
            var refusal = await Assert.ThrowsAsync<RefusalException>(ask);
            Assert.Equal(RefusalKind.NotFound, refusal.Kind);
            Assert.Contains(id.Value, refusal.Message, StringComparison.Ordinal);
        }
    }
}
