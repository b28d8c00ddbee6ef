using System.Net;
using System.Text.Json;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;
using Millrace.Serving.Routing;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests.Serving;

public sealed class DeploymentTests(ServingServer server) : IClassFixture<ServingServer>
{
    private const string Visit = """{"age": 40, "region": "north", "clicks": 12, "member": true}""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Deploying_creates_the_endpoint_moves_the_champion_and_is_audited()
    {
        var view = await server.DeployAsync("first", "visits", 1, Ct);

        Assert.Equal("classify", view.Task);
        Assert.Null(view.Previous);
        Assert.Equal("a test", Assert.Single(view.History).Reason);
        Assert.Equal(1, (await server.Client.ModelAsync(new("visits"), Ct)).Aliases["champion"].Value);
        var version = await server.Client.ModelVersionAsync(new("visits"), new(1), Ct);
        Assert.Contains(new EndpointName("first"), version.Lineage.Endpoints);
        var audit = await server.Client.AuditAsync("endpoint", "first", 10, 0, Ct);
        Assert.Equal(("deployed", "tester"), (audit.Items[0].Action, audit.Items[0].Actor));
        var answer = await server.Client.PredictAsync(view.Name, view.Example, Ct);
        Assert.InRange(answer.Score!.Value, 0, 1);
    }

    [Fact]
    public async Task Deploying_what_serves_changes_nothing()
    {
        await server.DeployAsync("again", "visits", 1, Ct);
        var view = await server.DeployAsync("again", "visits", 1, Ct);

        Assert.Single(view.History);
    }

    [Fact]
    public async Task Undeployed_an_endpoint_answers_nothing_keeps_its_record_and_may_be_deployed_again()
    {
        var view = await server.DeployAsync("ended", "visits", 1, Ct);
        var said = await server.Client.PredictAsync(view.Name, view.Example, Ct);

        var told = await CommandLine.RunAsync(server, ["undeploy", "ended", "--reason", "nobody asks"], Ct);

        Assert.Equal(0, told.ExitCode);
        Assert.Equal(HttpStatusCode.NotFound, (await server.PostAsync("predict/ended", Visit, Ct)).Status);
        await server.RestartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await server.PostAsync("predict/ended", Visit, Ct)).Status);
        Assert.DoesNotContain(await server.Client.EndpointsAsync(Ct), e => e.Name == view.Name);
        var shown = await Assert.ThrowsAsync<RefusalException>(() => server.Client.EndpointAsync(view.Name, Ct));
        Assert.Equal(RefusalKind.NotFound, shown.Kind);
        var audit = (await server.Client.AuditAsync("endpoint", "ended", 10, 0, Ct)).Items[0];
        Assert.Equal(("undeployed", "nobody asks"), (audit.Action, audit.Reason));
        Assert.Equal(3, (await CommandLine.RunAsync(server, ["undeploy", "ended"], Ct)).ExitCode);

        var again = await server.DeployAsync("ended", "visits", 2, Ct);
        Assert.Equal([2, 1], again.History.Select(h => h.Version.Value));
        Assert.Contains(
            await server.Client.PredictionsAsync(view.Name, 10, Ct),
            p => said.PredictionId.Equals(p.Id, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task An_endpoint_whose_package_is_broken_says_so_until_it_is_deployed_again()
    {
        await server.DeployAsync("hurt", "visits", 2, Ct);
        await server.DeployAsync("well", "visits", 1, Ct);

        await server.BrokenAsync("visits", 2, server.RestartAsync);

        var hurt = await server.Client.EndpointAsync(new("hurt"), Ct);
        Assert.StartsWith("visits v2 cannot be loaded", hurt.Broken, StringComparison.Ordinal);
        var all = (await server.Client.EndpointsAsync(Ct)).ToDictionary(e => e.Name.Value, e => e.Broken);
        Assert.Equal((hurt.Broken, null), (all["hurt"], all["well"]));
        var said = await CommandLine.RunAsync(server, ["endpoints", "show", "hurt"], Ct);
        Assert.Contains("hurt cannot answer: visits v2 cannot be loaded", said.Output, StringComparison.Ordinal);

        await server.DeployAsync("hurt", "visits", 2, Ct);

        Assert.Null((await server.Client.EndpointAsync(new("hurt"), Ct)).Broken);
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("predict/hurt", Visit, Ct)).Status);
    }

    [Fact]
    public async Task A_version_that_failed_its_gates_is_refused_with_the_reason()
    {
        await server.DeployAsync("guarded", "visits", 1, Ct);

        var refusal = await Assert.ThrowsAsync<RefusalException>(() => server.DeployAsync("guarded", "visits", 3, Ct));

        Assert.Equal(RefusalKind.Conflict, refusal.Kind);
        Assert.Contains("auc 0.5 is below 0.9", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await server.Client.EndpointAsync(new("guarded"), Ct)).Version.Value);
    }

    [Fact]
    public async Task Rolling_back_leads_one_further_back_each_time()
    {
        await server.DeployAsync("back", "visits", 1, Ct);
        await server.DeployAsync("back", "visits", 2, Ct);
        await server.DeployAsync("back", "movies", 1, Ct);

        var once = await server.Client.RollbackAsync(new("back"), new("worse"), Ct);
        var twice = await server.Client.RollbackAsync(new("back"), new("worse still"), Ct);

        Assert.Equal(("visits", 2), (once.Model.Value, once.Version.Value));
        Assert.Equal((1, "rolled back"), (twice.Version.Value, twice.History[0].Action));
        Assert.Equal(1, (await server.Client.PredictAsync(new("back"), JsonElement.Parse(Visit), Ct)).Version.Value);
        var refusal = await Assert.ThrowsAsync<RefusalException>(() =>
            server.Client.RollbackAsync(new("back"), new("too far"), Ct)
        );
        Assert.Equal(RefusalKind.Conflict, refusal.Kind);
    }

    [Fact]
    public async Task Rolling_back_goes_to_what_served_though_it_would_fail_its_gates_today()
    {
        await server.AddClassifierAsync("outdone", 1, Ct);
        await server.AddClassifierAsync("outdone", 2, Ct);
        await server.DeployAsync("outdone", "outdone", 1, Ct);
        await server.DeployAsync("outdone", "outdone", 2, Ct);
        await server.FailGatesAsync("outdone", 1, Ct);

        var view = await server.Client.RollbackAsync(new("outdone"), new("harm"), Ct);

        Assert.Equal(1, view.Version.Value);
        Assert.Equal(1, (await server.Client.ModelAsync(new("outdone"), Ct)).Aliases["champion"].Value);
        await Assert.ThrowsAsync<RefusalException>(() => server.DeployAsync("another", "outdone", 1, Ct));
    }

    [Fact]
    public async Task A_broken_package_changes_nothing()
    {
        await server.DeployAsync("whole", "visits", 1, Ct);
        var recipe = Path.Combine(server.ModelFolder("visits", 2), "recipe.json");
        var text = await File.ReadAllTextAsync(recipe, Ct);
        await File.WriteAllTextAsync(recipe, "{", Ct);
        try
        {
            var refusal = await Assert.ThrowsAsync<RefusalException>(() =>
                server.DeployAsync("whole", "visits", 2, Ct)
            );
            Assert.Contains("recipe.json", refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            await File.WriteAllTextAsync(recipe, text, Ct);
        }

        Assert.Single((await server.Client.EndpointAsync(new("whole"), Ct)).History);
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("predict/whole", Visit, Ct)).Status);
    }

    [Fact]
    public async Task Requests_in_flight_while_versions_switch_are_all_answered_by_one_of_them()
    {
        await server.DeployAsync("busy", "visits", 1, Ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var callers = Enumerable
            .Range(0, 8)
            .Select(async _ =>
            {
                var versions = new List<int>();
                while (!stop.IsCancellationRequested)
                {
                    var (status, json) = await server.PostAsync("predict/busy", Visit, Ct);
                    Assert.Equal(HttpStatusCode.OK, status);
                    versions.Add(json.GetProperty("version").GetInt32());
                }

                return versions;
            })
            .ToList();

        for (var i = 0; i < 20; i++)
        {
            await server.DeployAsync("busy", "visits", 1 + (i % 2), Ct);
        }

        await stop.CancelAsync();
        Assert.Equal([1, 2], (await Task.WhenAll(callers)).SelectMany(v => v).Distinct().Order());
    }

    [Fact]
    public void The_last_request_to_let_go_disposes_the_predictor_and_nobody_gets_hold_of_it_after()
    {
        var predictor = new Watched();
        var served = new ServedModel(new("m"), new(1), predictor);

        Assert.True(served.TryHold());
        served.Release();
        Assert.False(predictor.IsDisposed);
        Assert.True(served.TryHold());
        served.Release();
        served.Release();

        Assert.True(predictor.IsDisposed);
        Assert.False(served.TryHold());
    }

    private sealed class Watched()
        : ScorePredictor(
            new()
            {
                Task = TaskKind.Regress,
                Algorithm = "none",
                Inputs = [new("x", ColumnType.Double)],
            }
        )
    {
        public bool IsDisposed { get; private set; }

        public override int Outputs => 1;

        public override void Score(ReadOnlySpan<Value> row, Span<double> scores) => scores[0] = row[0].AsDouble;

        public override void Dispose()
        {
            IsDisposed = true;
            base.Dispose();
        }
    }
}
