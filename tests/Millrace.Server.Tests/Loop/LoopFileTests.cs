using System.Text.Json;
using Millrace.Api;
using Millrace.Core;
using Millrace.Server.Tests.Monitoring;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests.Loop;

/// <summary>What a person reads about a loop's file that is wrong.</summary>
public sealed class LoopFileTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Misspelt = """
        loop: evenings
        data:
          source: { files: evenings.csv }
        model:
          task: clasify
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("apply")]
    [InlineData("backtest")]
    [InlineData("data", "ingest", "evenings", "--contract")]
    public async Task A_refusal_names_the_file_that_was_given(params string[] verb)
    {
        var file = server.Write("b.yaml", Misspelt);
        var data = server.Write("evenings.csv", "x,y\n1,2\n");

        var said = await CommandLine.RunAsync(
            server,
            [.. verb, file, .. verb[0] is "data" ? [data] : Array.Empty<string>()],
            Ct
        );

        Assert.Equal(2, said.ExitCode);
        var line = said.Error.ReplaceLineEndings("");
        Assert.StartsWith($"{file}:5:9: 'clasify' is no task.", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# to be written\n")]
    public async Task An_empty_file_is_said_to_be_empty(string yaml)
    {
        var file = server.Write("empty.yaml", yaml);

        var said = await CommandLine.RunAsync(server, ["apply", file], Ct);

        Assert.Equal(2, said.ExitCode);
        Assert.StartsWith(
            $"{file}:1:1: The file is empty",
            said.Error.ReplaceLineEndings(""),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("again", true)]
    [InlineData("as-stored", false)]
    public async Task Rows_that_were_taken_in_under_another_contract_are_checked_by_the_loops(string name, bool isThere)
    {
        var data = server.Write("checked.csv", "x,y\n1,2\n" + string.Concat(Enumerable.Repeat("3,4\n", 40)));
        Assert.Equal(0, (await CommandLine.RunAsync(server, ["data", "ingest", name, data], Ct)).ExitCode);

        await ApplyAsync(
            $$"""
            loop: {{name}}
            data:
              source: { files: checked.csv }
              contract:
                x: { type: int64, required: true, range: [2, 9] }
            model: { task: regress, target: y, try: [lightgbm] }
            """,
            isThere ? [data] : []
        );

        var ingest = (await server.SettledAsync(new(name), Ct)).Stages.Single(s => s.Name is "ingest");
        Assert.Equal("40 rows", ingest.Headline);
        Assert.Contains("1 of 41 rows in quarantine", ingest.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_loop_stops_before_it_learns_from_what_an_unfit_contract_left_over()
    {
        server.Write(
            "few.csv",
            "x,y\n" + string.Concat(Enumerable.Repeat("1,2\n", 50)) + string.Concat(Enumerable.Repeat("3,4\n", 40))
        );
        const string loop = """
            loop: few
            data:
              source: few.csv
              contract: { x: { type: int64, range: [2, 9] } }
            model: { task: regress, target: y, try: [lightgbm] }
            """;
        await ApplyAsync(loop);
        var stopped = (await server.SettledAsync(new("few"), Ct)).Stages;

        Assert.Equal([StageState.Failed, StageState.Waiting], stopped.Take(2).Select(s => s.State));
        Assert.StartsWith("50 of the 90 rows", stopped[0].Message, StringComparison.Ordinal);

        await ApplyAsync(
            loop.Replace("source: few.csv", "source: few.csv\n  max_quarantined: 60%", StringComparison.Ordinal)
        );
        var learned = (await server.SettledAsync(new("few"), Ct)).Stages;

        Assert.Equal([StageState.Done, StageState.Done], learned.Take(2).Select(s => s.State));
        Assert.Contains("50 of 90 rows in quarantine", learned[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_loop_whose_gates_failed_is_not_trained_again_from_the_same_rows()
    {
        var text = Regression("strict", "gates: [rmse <= 0.000001]");
        Assert.True(await ChangesAsync(text));
        var failed = await server.SettledAsync(new("strict"), Ct);
        Assert.Equal(StageState.Failed, failed.Stages.Single(s => s.Name is "gates").State);

        Assert.False(await ChangesAsync("# They are to be strict." + Environment.NewLine + text));
        await server.Client.RetrainAsync(new("strict"), new("once more"), Ct);
        var again = await WatchedServer.UntilAsync(
            () => server.Client.LoopAsync(new("strict"), Ct),
            l => l.Retrainings is [{ State: RetrainingState.Failed }, _],
            Ct
        );

        Assert.StartsWith("strict v1 may not serve", again.Retrainings[0].Result, StringComparison.Ordinal);
        Assert.Single((await server.Client.ModelAsync(new("strict"), Ct)).Versions);

        async Task<bool> ChangesAsync(string yaml)
        {
            var file = server.Write("strict.yaml", yaml);
            var applied = await CommandLine.RunAsync(server, ["apply", file, "--no-wait", "--json"], Ct);
            return applied.Json<JsonElement>().GetProperty("changed").GetBoolean();
        }
    }

    [Fact]
    public async Task An_endpoint_belongs_to_one_loop()
    {
        await ApplyAsync(Regression("first", "deploy: { endpoint: shared }"));

        var refusal = await Assert.ThrowsAsync<RefusalException>(() =>
            ApplyAsync(Regression("second", "deploy: { endpoint: shared }"))
        );

        Assert.Contains("Loop first serves at the endpoint shared", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_people_deploy_in_place_of_a_loops_version_is_what_the_loop_says_serves()
    {
        var file = Regression("replaced", "deploy: { endpoint: replaced }");
        await ApplyAsync(file);
        await server.SettledAsync(new("replaced"), Ct);
        await ApplyAsync(file.Replace("[lightgbm]", "[lightgbm: { num_leaves: 3 }]", StringComparison.Ordinal));
        var second = await server.SettledAsync(new("replaced"), Ct);
        Assert.StartsWith(
            "lightgbm num_leaves=3 is best",
            second.Stages.Single(s => s.Name is "train").Message,
            StringComparison.Ordinal
        );
        Assert.Equal("v2 serves", second.Stages.Single(s => s.Name is "deploy").Headline);

        await server.Client.DeployAsync(new("replaced"), new(new("replaced"), new(1), "it was better"), Ct);

        var deploy = (await server.Client.LoopAsync(new("replaced"), Ct)).Stages.Single(s => s.Name is "deploy");
        Assert.Equal("v1 serves", deploy.Headline);
        Assert.Contains("replaced by hand", deploy.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_loop_wants_is_not_undeployed_and_what_it_wants_no_longer_serves_until_it_is()
    {
        var file = Regression("leaving", "deploy: { endpoint: leaving }");
        await ApplyAsync(file);
        await server.SettledAsync(new("leaving"), Ct);
        var endpoint = new EndpointName("leaving");

        var refusal = await Assert.ThrowsAsync<RefusalException>(() =>
            server.Client.UndeployAsync(endpoint, new("by mistake"), Ct)
        );
        Assert.Contains("The loop leaving wants leaving to serve", refusal.Message, StringComparison.Ordinal);

        var applied = await ApplyAsync(Regression("leaving", ""));
        Assert.Equal(endpoint, applied.Left);
        await server.SettledAsync(new("leaving"), Ct);
        Assert.Contains(await server.Client.EndpointsAsync(Ct), e => e.Name == endpoint);

        await server.Client.UndeployAsync(endpoint, new("the loop is over"), Ct);
        Assert.DoesNotContain(await server.Client.EndpointsAsync(Ct), e => e.Name == endpoint);
    }

    [Fact]
    public async Task More_replicas_than_the_server_may_have_are_refused_before_anything_is_done()
    {
        var refused = await Assert.ThrowsAsync<RefusalException>(() =>
            ApplyAsync(Regression("crowded", "deploy: { replicas: { max: 33 } }"))
        );

        Assert.Contains("at most 32", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(await server.Client.LoopsAsync(Ct), l => l.Name.Value is "crowded");
    }

    [Fact]
    public async Task Columns_that_neither_inputs_nor_outcomes_tell_are_missing_in_the_rows_learned_from()
    {
        server.Write(
            "told.csv",
            "id,x,y\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"v{i},{i},{i % 7}\n"))
        );
        await ApplyAsync(
            """
            loop: told
            data:
              source: { files: told.csv, predictions: true }
              recipe: [ derive: { odd: y > 3 } ]
            model: { task: regress, target: y, ignore: [id, odd], try: [lightgbm] }
            deploy: {}
            monitor: { outcome: { value: y } }
            """
        );
        await server.SettledAsync(new("told"), Ct);
        var said = await server.Client.PredictAsync(new("told"), JsonSerializer.SerializeToElement(new { x = 3 }), Ct);
        await server.Client.SendOutcomesAsync(
            [
                new()
                {
                    PredictionId = PredictionId.Parse(said.PredictionId, null),
                    Outcome = JsonSerializer.SerializeToElement(new { y = 5, device = "tv" }),
                },
            ],
            Ct
        );
        await WatchedServer.UntilAsync(
            () => server.Client.MonitorAsync(new("told"), Ct),
            m => m.Outcomes.Joined == 1,
            Ct
        );

        await server.Client.RetrainAsync(new("told"), new("what was told is in"), Ct);

        var ingest = (await server.SettledAsync(new("told"), Ct)).Stages.Single(s => s.Name is "ingest");
        Assert.Equal((StageState.Done, "61 rows"), (ingest.State, ingest.Headline));
        var rows = await server.Client.QueryAsync(new("select id, x, y from told where id is null"), Ct);
        Assert.Equal(["null,3,5"], rows.Rows.Select(r => string.Join(',', r.Select(v => v.GetRawText()))));
    }

    private string Regression(string name, string more)
    {
        server.Write(name + ".csv", "x,y\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{i},{i % 7}\n")));
        return $$"""
            loop: {{name}}
            data: { source: { files: {{name}}.csv } }
            model: { task: regress, target: y, try: [lightgbm] }
            {{more}}
            """;
    }

    private Task<ApplyView> ApplyAsync(string yaml, IReadOnlyList<string>? files = null) =>
        server.Client.ApplyAsync(new(yaml, Path.Combine(server.Folder, "files"), files), Ct);
}
