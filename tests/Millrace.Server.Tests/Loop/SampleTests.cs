using System.Text.Json;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests.Loop;

/// <summary>The samples of the project, applied to the real data that they are made for.</summary>
public sealed class SampleTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Movie_night_ends_with_a_recommender_that_answers_for_known_and_unknown_users()
    {
        var loop = await ApplyAsync("movie-night", "movietweetings_ratings.csv.gz");

        Assert.All(
            loop.Stages,
            stage => Assert.True(stage.State is StageState.Done or StageState.Absent, $"{stage.Name}: {stage.Message}")
        );
        var data = await server.Client.DatasetVersionAsync(loop.Dataset, loop.DatasetVersion!.Value, Ct);
        Assert.Equal((141_695, 0), (data.Rows, data.Quarantined));
        var version = await server.Client.ModelVersionAsync(loop.Model!.Model, loop.Model.Version, Ct);
        Assert.True(version.Metrics["hit_rate@10"] >= version.Baseline["hit_rate@10"]);

        // User 12439 wrote the first rating of the file; nobody has a negative id.
        foreach (var user in new[] { 12439, -1 })
        {
            var prediction = await PredictAsync("movie-night", new() { ["user_id"] = user });
            Assert.Equal(10, prediction.Items!.Count);
            Assert.Equal(10, prediction.Items.Select(i => i.Item.GetInt64()).Distinct().Count());
        }
    }

    [Fact]
    public async Task Campaign_ends_with_a_classifier_that_never_saw_how_long_the_call_took()
    {
        var loop = await ApplyAsync("campaign", "bank_marketing.csv.gz");

        Assert.All(
            loop.Stages,
            stage => Assert.True(stage.State is StageState.Done or StageState.Absent, $"{stage.Name}: {stage.Message}")
        );
        var version = await server.Client.ModelVersionAsync(loop.Model!.Model, loop.Model.Version, Ct);
        Assert.DoesNotContain(version.Inputs, input => input.Name is "duration" or "y");
        Assert.True(version.Metrics.ContainsKey("auc") && version.Metrics.ContainsKey("log_loss"));
        var endpoint = await server.Client.EndpointAsync(new("campaign"), Ct);
        var prediction = await server.Client.PredictAsync(new("campaign"), endpoint.Example, Ct);
        Assert.InRange(prediction.Score!.Value, 0, 1);
    }

    [Fact]
    public async Task Applying_the_same_file_again_changes_nothing()
    {
        var first = await ApplyAsync("movie-night", "movietweetings_ratings.csv.gz");
        var request = Request("movie-night", "movietweetings_ratings.csv.gz");

        Assert.False((await server.Client.ApplyAsync(request, Ct)).Changed);
        Assert.Equivalent(first, await server.Client.LoopAsync(first.Name, Ct));
    }

    [Fact]
    public async Task A_misspelt_column_is_refused_when_the_loop_is_applied_with_its_place()
    {
        var request = Request("movie-night", "movietweetings_ratings.csv.gz");

        var refusal = await Assert.ThrowsAsync<RefusalException>(() =>
            server.Client.ApplyAsync(
                request with
                {
                    Yaml = request.Yaml.Replace("rating >= 7", "ratng >= 7", StringComparison.Ordinal),
                },
                Ct
            )
        );

        Assert.Matches(@"loop\.yaml:\d+:\d+: .*ratng.*rating", refusal.Message);
    }

    [Fact]
    public async Task A_type_error_in_an_expression_is_refused_when_the_loop_is_applied()
    {
        var request = Request("movie-night", "movietweetings_ratings.csv.gz");

        var refusal = await Assert.ThrowsAsync<RefusalException>(() =>
            server.Client.ApplyAsync(
                request with
                {
                    Yaml = request.Yaml.Replace("rating >= 7", "rating >= 'seven'", StringComparison.Ordinal),
                },
                Ct
            )
        );

        Assert.StartsWith("loop.yaml:", refusal.Message, StringComparison.Ordinal);
    }

    private async Task<PredictionView> PredictAsync(string endpoint, Dictionary<string, int> inputs) =>
        await server.Client.PredictAsync(new(endpoint), JsonSerializer.SerializeToElement(inputs), Ct);

    private async Task<LoopView> ApplyAsync(string sample, string data)
    {
        var applied = await server.Client.ApplyAsync(Request(sample, data), Ct);
        return await server.SettledAsync(applied.Loop, Ct);
    }

    private static ApplyRequest Request(string sample, string data)
    {
        SharedData.Require(data);
        var folder = Path.Combine(SharedData.Root, "samples", sample);
        var yaml = LoopText.Substitute(
            File.ReadAllText(Path.Combine(folder, "loop.yaml")),
            name => name is "MILLRACE_DATA" ? SharedData.Folder : null
        );
        return new(yaml, folder);
    }
}
