using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Millrace.Api;
using Millrace.Core;
using Millrace.Serving.Autoscaling;
using Xunit;

namespace Millrace.Server.Tests.Serving;

/// <summary>Replicas that take a moment for each request, scaled in a hurry.</summary>
public sealed class ScaledServer : ServingServer
{
    protected override IReadOnlyDictionary<string, string?> Settings =>
        new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Serving:Autoscaling:Interval"] = "00:00:00.100",
            ["Serving:Autoscaling:StableWindow"] = "00:00:02",
            ["Serving:Autoscaling:PanicWindow"] = "00:00:00.300",
            ["Serving:Autoscaling:IdleGrace"] = "00:00:00.600",
            ["Serving:Autoscaling:SimulatedLatency"] = "00:00:00.020",
            ["Serving:Autoscaling:MaxHeld"] = "100",
        };

    public async Task<ReplicasView> UntilAsync(
        string endpoint,
        Func<ReplicasView, bool> condition,
        CancellationToken ct
    )
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        var view = await Client.ReplicasAsync(new(endpoint), ct);
        while (!condition(view))
        {
            await timer.WaitForNextTickAsync(ct);
            view = await Client.ReplicasAsync(new(endpoint), ct);
        }

        return view;
    }
}

public sealed class ReplicaTests(ScaledServer server) : IClassFixture<ScaledServer>
{
    private const string Visit = """{"age": 40, "region": "north", "clicks": 12, "member": true}""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task From_zero_to_several_through_the_death_of_one_and_back_to_zero_no_request_is_lost()
    {
        await server.DeployAsync("elastic", "visits", 1, Ct);
        var scale = await server.Client.ScaleAsync(new("elastic"), new(0, 3, 4, "a test"), Ct);
        Assert.Equal(0, scale.Ready);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        // In the background the whole time, so that something is always in flight.
        var callers = Enumerable.Range(0, 16).Select(_ => AskUntilAsync("elastic", stop.Token)).ToList();

        var risen = await server.UntilAsync("elastic", v => v.Ready >= 2 && v.Replicas.All(r => r.Answered > 0), Ct);
        var victim = risen.Replicas.First(r => r.State == ReplicaState.Ready).ProcessId;
        using (var process = Process.GetProcessById(victim))
        {
            process.Kill();
        }

        var healed = await server.UntilAsync(
            "elastic",
            v => v.Ready >= 2 && v.Replicas.All(r => r.ProcessId != victim && r.Answered > 0),
            Ct
        );
        await stop.CancelAsync();
        var answered = (await Task.WhenAll(callers)).SelectMany(ids => ids).ToList();
        var empty = await server.UntilAsync("elastic", v => v.Replicas.Count == 0, Ct);

        var alert = Assert.Single((await server.Client.AlertsAsync(50, 0, Ct)).Items, a => a.Kind is "replica-died");
        Assert.Equal((AlertSeverity.Warning, "elastic"), (alert.Severity, alert.Subject));
        Assert.StartsWith($"Replica {victim} of elastic died.", alert.Message, StringComparison.Ordinal);
        Assert.InRange(healed.Replicas.Count(r => r.State != ReplicaState.Stopping), 2, 3);
        Assert.Equal((0, 0), (empty.Wanted, empty.Held));
        Assert.Contains(empty.History, p => p is { Wanted: >= 2, Ready: >= 2 });
        // Each answer is logged once: a row that was scored twice, because a replica died, is not.
        Assert.Equal(answered.Count, answered.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(answered.Count, (await server.Client.EndpointAsync(new("elastic"), Ct)).Statistics.Predictions);
        var logged = await server.Client.PredictionsAsync(new("elastic"), 1000, Ct);
        Assert.Empty(logged.Select(p => p.Id).Except(answered, StringComparer.Ordinal));
        var audit = await server.Client.AuditAsync("endpoint", "elastic", 10, 0, Ct);
        Assert.Contains(audit.Items, e => e is { Action: "scaled", Reason: "a test" });
    }

    [Fact]
    public async Task A_replica_answers_what_the_server_itself_would_and_follows_a_rollout()
    {
        await server.DeployAsync("here", "visits", 1, Ct);
        await server.DeployAsync("there", "visits", 1, Ct);
        var (_, here) = await server.PostAsync("predict/here", Visit, Ct);
        // As many as may be: one that is scaled in takes its count of answers with it.
        await server.Client.ScaleAsync(new("there"), new(2, 2, 8), Ct);
        await server.UntilAsync("there", v => v.Ready == 2, Ct);

        var (_, there) = await server.PostAsync("predict/there", Visit, Ct);
        await server.StartRolloutAsync("there", "visits", 2, [1.0], Ct);
        var (_, challenger) = await server.PostAsync("predict/there", Visit, Ct);
        await server.Client.PromoteAsync(new("there"), new("a test"), Ct);
        var (_, promoted) = await server.PostAsync("predict/there", Visit, Ct);
        var (bad, _) = await server.PostAsync("predict/there", "{}", Ct);

        Assert.Equal(here.GetProperty("probabilities").GetRawText(), there.GetProperty("probabilities").GetRawText());
        Assert.Equal((1, 2), (there.GetProperty("version").GetInt32(), challenger.GetProperty("version").GetInt32()));
        Assert.NotEqual(here.GetProperty("score").GetDouble(), challenger.GetProperty("score").GetDouble());
        Assert.Equal(challenger.GetProperty("score").GetDouble(), promoted.GetProperty("score").GetDouble());
        Assert.Equal(HttpStatusCode.BadRequest, bad);
        Assert.True((await server.Client.ReplicasAsync(new("there"), Ct)).Replicas.Sum(r => r.Answered) >= 3);

        await server.Client.ScaleAsync(new("there"), new(Min: 0, Max: 1), Ct);
        var view = await server.UntilAsync("there", v => v.Replicas.Any(r => r.ProcessId == Environment.ProcessId), Ct);
        var (_, inProcess) = await server.PostAsync("predict/there", Visit, Ct);
        Assert.Equal(1, view.Ready);
        Assert.Equal(promoted.GetProperty("score").GetDouble(), inProcess.GetProperty("score").GetDouble());
    }

    [Theory]
    [InlineData(
        "scores",
        """{"name":"age","shape":[4],"datatype":"INT64","data":[20,35,50,65]},{"name":"region","shape":[4],"datatype":"BYTES","data":["north","west","north","?"]},{"name":"clicks","shape":[4],"datatype":"INT64","data":[1,9,20,29]},{"name":"member","shape":[4],"datatype":"BOOL","data":[true,null,false,true]}"""
    )]
    [InlineData("items", """{"name":"user_id","shape":[4],"datatype":"INT64","data":[1,2,3,-1]}""")]
    public async Task The_rows_of_a_batch_go_to_the_replicas_too(string model, string inputs)
    {
        if (model is "items")
        {
            await server.AddRecommenderAsync(model, 1, Ct);
        }
        else
        {
            await server.AddClassifierAsync(model, 1, Ct);
        }

        await server.DeployAsync(model, model, 1, Ct);
        var (path, body) = ($"v2/models/{model}/infer", $$"""{"inputs":[{{inputs}}]}""");
        var (_, here) = await server.PostAsync(path, body, Ct);
        await server.Client.ScaleAsync(new(model), new(2, 2, 8), Ct);
        await server.UntilAsync(model, v => v.Ready == 2, Ct);

        var (status, there) = await server.PostAsync(path, body, Ct);

        Assert.True(status == HttpStatusCode.OK, there.GetRawText());
        Assert.Equal(Computed(here), Computed(there));
        Assert.Equal(4, (await server.Client.ReplicasAsync(new(model), Ct)).Replicas.Sum(r => r.Answered));
        var logged = await server.Client.PredictionsAsync(new(model), 10, Ct);
        Assert.Equal(
            logged.Take(4).Select(p => p.Output.GetRawText()),
            logged.Skip(4).Select(p => p.Output.GetRawText())
        );

        static IEnumerable<string> Computed(JsonElement answer) =>
            answer
                .GetProperty("outputs")
                .EnumerateArray()
                .Where(o => o.GetProperty("name").GetString() is not "prediction_id")
                .Select(o => o.GetRawText());
    }

    [Fact]
    public async Task A_replica_whose_server_is_gone_ends_and_leaves_nothing_behind()
    {
        var folder = Directory.CreateTempSubdirectory("millrace-replica-");
        using var node = new ReplicaNode(
            new(Path.Combine(folder.FullName, "s"), [], TimeSpan.Zero),
            TimeProvider.System
        );

        // Its input is closed: nobody holds the other end.
        await node.RunAsync(Stream.Null, TextWriter.Null, Ct);

        Assert.False(Directory.Exists(folder.FullName));
    }

    [Fact]
    public async Task Beyond_what_may_be_held_a_request_is_refused_with_the_time_to_ask_again()
    {
        await server.DeployAsync("full", "visits", 1, Ct);
        await server.Client.ScaleAsync(new("full"), new(0, 2, 1), Ct);

        var asked = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => StatusAsync("full")));

        Assert.All(asked, a => Assert.True(a.Status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable));
        Assert.True(asked.Count(a => a.Status == HttpStatusCode.OK) >= 100);
        Assert.All(asked, a => Assert.Equal(a.Status == HttpStatusCode.ServiceUnavailable, a.RetryAfter));
        Assert.Contains(asked, a => a.RetryAfter);
    }

    [Fact]
    public async Task Who_waits_for_a_first_replica_is_answered_though_the_endpoint_is_undeployed()
    {
        await server.DeployAsync("leaving", "visits", 1, Ct);
        await server.Client.ScaleAsync(new("leaving"), new(0, 2, 4), Ct);
        var asked = Enumerable.Range(0, 5).Select(_ => StatusAsync("leaving")).ToList();
        await server.UntilAsync("leaving", v => v is { Held: 5, Ready: 0 }, Ct);

        await server.Client.UndeployAsync(new("leaving"), new("a test"), Ct);

        Assert.All(await Task.WhenAll(asked), a => Assert.Equal(HttpStatusCode.OK, a.Status));
        Assert.Equal(HttpStatusCode.NotFound, (await StatusAsync("leaving")).Status);
    }

    [Theory]
    [InlineData(3, 2, 16)]
    [InlineData(-1, 2, 16)]
    [InlineData(0, 0, 16)]
    [InlineData(0, 5000, 16)]
    [InlineData(0, 2, 0)]
    public async Task Impossible_scaling_is_refused(int min, int max, double target)
    {
        await server.DeployAsync("bounds", "visits", 1, Ct);

        var refusal = await Assert.ThrowsAsync<RefusalException>(() =>
            server.Client.ScaleAsync(new("bounds"), new(min, max, target), Ct)
        );

        Assert.Equal(RefusalKind.Invalid, refusal.Kind);
        Assert.Equal(1, (await server.Client.ReplicasAsync(new("bounds"), Ct)).Max);
    }

    private async Task<List<string>> AskUntilAsync(string endpoint, CancellationToken stop)
    {
        var ids = new List<string>();
        while (!stop.IsCancellationRequested)
        {
            var (status, json) = await server.PostAsync($"predict/{endpoint}", Visit, Ct);
            Assert.True(status == HttpStatusCode.OK, json.GetRawText());
            ids.Add(json.GetProperty("prediction_id").GetString()!);
        }

        return ids;
    }

    private async Task<(HttpStatusCode Status, bool RetryAfter)> StatusAsync(string endpoint)
    {
        using var content = new StringContent(Visit);
        using var response = await server.Http.PostAsync(new Uri($"predict/{endpoint}", UriKind.Relative), content, Ct);
        return (response.StatusCode, response.Headers.RetryAfter is not null);
    }
}
