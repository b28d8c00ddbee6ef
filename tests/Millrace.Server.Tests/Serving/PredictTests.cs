using System.Net;
using System.Text;
using System.Text.Json;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests.Serving;

public sealed class PredictTests(ServingServer server) : IClassFixture<ServingServer>
{
    private const string Visit = """{"age": 40, "region": "north", "clicks": 12, "member": true}""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_classifier_answers_with_score_label_and_probabilities_and_the_log_has_it()
    {
        await server.DeployAsync("shop", "visits", 1, Ct);

        var (status, json) = await server.PostAsync("predict/shop", Visit, Ct);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(
            ["prediction_id", "model", "version", "score", "label", "probabilities"],
            json.EnumerateObject().Select(p => p.Name)
        );
        var probabilities = json.GetProperty("probabilities");
        Assert.Equal(json.GetProperty("score").GetDouble(), probabilities.GetProperty("yes").GetDouble());
        var logged = (await server.Client.PredictionsAsync(new("shop"), 1, Ct))[0];
        Assert.Equal(json.GetProperty("prediction_id").GetString(), logged.Id);
        Assert.Equal(40, logged.Inputs.GetProperty("age").GetDouble());
        Assert.Equal(json.GetProperty("label").GetString(), logged.Output.GetProperty("label").GetString());
    }

    [Fact]
    public async Task A_recommender_answers_for_known_and_unknown_users_with_as_many_as_asked()
    {
        await server.DeployAsync("night", "movies", 1, Ct);

        var (_, known) = await server.PostAsync("predict/night", """{"user_id": 12}""", Ct);
        var (_, stranger) = await server.PostAsync("predict/night?count=3", """{"user_id": -1}""", Ct);

        Assert.Equal(10, known.GetProperty("items").GetArrayLength());
        Assert.Equal(3, stranger.GetProperty("items").GetArrayLength());
        Assert.Equal(JsonValueKind.Number, stranger.GetProperty("items")[0].GetProperty("item").ValueKind);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Excluded_items_leave_their_places_to_the_next_best(int replicas)
    {
        var name = $"without-{replicas}";
        await server.DeployAsync(name, "movies", 1, Ct);
        if (replicas > 0)
        {
            await server.Client.ScaleAsync(new(name), new(1, 2, 8), Ct);
        }

        var (_, all) = await server.PostAsync($"predict/{name}?count=5", """{"user_id": 12}""", Ct);
        var best = Items(all);
        var (_, without) = await server.PostAsync(
            $"predict/{name}?count=3",
            $$"""{"exclude": [{{best[0]}}, "{{best[2]}}"], "user_id": 12}""",
            Ct
        );

        Assert.Equal([best[1], best[3], best[4]], Items(without), StringComparer.Ordinal);
        var logged = (await server.Client.PredictionsAsync(new(name), 1, Ct))[0];
        Assert.Equal(Items(without), Items(logged.Output), StringComparer.Ordinal);
        Assert.Equal("user_id", Assert.Single(logged.Inputs.EnumerateObject()).Name);

        static List<string> Items(JsonElement output) =>
            [.. output.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("item").GetRawText())];
    }

    [Theory]
    [InlineData("movies", """{"user_id": 1, "exclude": 5}""", "'exclude' must be a list")]
    [InlineData("movies", """{"exclude": [1], "user_id": 1, "exclude": [2]}""", "'exclude' is given twice")]
    [InlineData("movies", """{"user_id": 1, "exclude": [null]}""", "'exclude' must be a list")]
    [InlineData("movies", """{"user_id": 1, "exclude": [[1]]}""", "'exclude' must be a list")]
    [InlineData("visits", """{"exclude": [1]}""", "There is no input 'exclude'")]
    public async Task What_is_excluded_is_a_list_of_a_recommenders_items(string model, string body, string message)
    {
        await server.DeployAsync($"excluding-{model}", model, 1, Ct);

        var (status, json) = await server.PostAsync($"predict/excluding-{model}", body, Ct);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(message, json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_is_given_every_line_whole_whatever_its_length()
    {
        await server.DeployAsync("shop", "visits", 1, Ct);

        var shown = await CommandLine.RunAsync(server, ["endpoints", "show", "shop"], Ct);
        var refused = await CommandLine.RunAsync(server, ["predict", "shop", """{"age": 40}"""], Ct);

        Assert.Contains(
            shown.Output.Split('\n'),
            line => line.Contains("millrace predict shop '{\"", StringComparison.Ordinal)
        );
        Assert.Equal(2, refused.ExitCode);
        Assert.Single(refused.Error.Trim().Split('\n'));
        var twice = await CommandLine.RunAsync(server, ["predict", "shop", "age=1", "age=2"], Ct);
        Assert.Contains("'age' is given twice", twice.Error, StringComparison.Ordinal);
        var comma = await CommandLine.RunAsync(server, ["predict", "shop", "age=1,5"], Ct);
        Assert.Contains("'age' must be a finite number", comma.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"age": 40, "region": "north", "clicks": 12}""", "Missing inputs: 'member', true or false", "bool")]
    [InlineData("""{"clicks": 12}""", "'age', a finite number (double); 'region', a text (string); 'member',", "null")]
    [InlineData("""{"age": "40", "region": "north", "clicks": 12, "member": true}""", "'age' must be", "double")]
    [InlineData("""{"age": 4, "region": 7, "clicks": 12, "member": true}""", "'region' must be", "string")]
    [InlineData("""{"age": 4, "region": "x", "clicks": 1.5, "member": true}""", "'clicks' must be", "int64")]
    [InlineData("""{"age": 4, "region": "x", "clicks": 1e30, "member": true}""", "'clicks' must be", "int64")]
    [InlineData("""{"age": 1e999, "region": "x", "clicks": 1, "member": true}""", "'age' must be", "double")]
    [InlineData("""{"age": [4], "region": "x", "clicks": 1, "member": true}""", "'age' must be", "double")]
    [InlineData("""{"age": 4, "age": 5}""", "'age' is given twice", "")]
    [InlineData("""{"agee": 4}""", "There is no input 'agee'", "'age' (double)")]
    [InlineData("[1]", "must be a JSON object", "")]
    [InlineData("", "not JSON", "")]
    [InlineData("""{"age": 4, "region": "x", "clicks": 1, "member": true} x""", "not JSON", "")]
    [InlineData("""{"age": 4, "region": "\ud800", "clicks": 1, "member": true}""", "not JSON", "")]
    public async Task Wrong_inputs_are_refused_by_name_and_expected_type(string body, string says, string type)
    {
        await server.DeployAsync("strict", "visits", 1, Ct);

        var (status, json) = await server.PostAsync("predict/strict", body, Ct);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(says, json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains(type, json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"age": null, "region": null, "clicks": 12.0, "member": null}""")]
    [InlineData("""{"age": 1e1, "region": "never seen", "clicks": 1.2e1, "member": false}""")]
    public async Task Missing_values_whole_numbers_of_any_spelling_and_unseen_texts_are_taken(string body)
    {
        await server.DeployAsync("lenient", "visits", 1, Ct);

        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("predict/lenient", body, Ct)).Status);
    }

    [Fact]
    public async Task Whom_to_recommend_to_must_be_said()
    {
        await server.DeployAsync("who", "movies", 1, Ct);

        var (status, json) = await server.PostAsync("predict/who", """{"user_id": null}""", Ct);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("'user_id' must not be null", json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var (_, unsaid) = await server.PostAsync("predict/who", "{}", Ct);
        Assert.Equal("Missing inputs: 'user_id', a whole number (int64).", unsaid.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("predict/nowhere", 404)]
    [InlineData("predict/limits?count=0", 400)]
    [InlineData("predict/limits?count=1001", 400)]
    [InlineData("predict/limits?k=x", 400)]
    public async Task Unknown_endpoints_and_impossible_counts_are_refused(string path, int expected)
    {
        await server.DeployAsync("limits", "movies", 1, Ct);

        Assert.Equal(expected, (int)(await server.PostAsync(path, """{"user_id": 1}""", Ct)).Status);
    }

    [Theory]
    [InlineData("predict")]
    [InlineData("predict/paths/again")]
    public async Task A_path_that_is_none_is_answered_to_a_program_and_not_with_a_screen(string path)
    {
        var (status, json) = await server.PostAsync(path, "{}", Ct);

        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains("POST /predict/ENDPOINT", json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_beyond_the_limit_is_refused_with_the_limit()
    {
        await server.DeployAsync("wordy", "visits", 1, Ct);
        var body = $$"""{"age": 4, "region": "{{new string('x', 70_000)}}", "clicks": 1, "member": true}""";

        var (status, json) = await server.PostAsync("predict/wordy", body, Ct);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(
            "The input 'region' must be a text (string) of at most 65536 bytes.",
            json.GetProperty("detail").GetString()
        );
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused()
    {
        await server.DeployAsync("large", "movies", 1, Ct);

        var (status, _) = await server.PostAsync("predict/large", new byte[2 << 20], Ct);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
    }

    [Fact]
    public async Task Another_start_serves_the_same_and_still_has_the_predictions()
    {
        await server.DeployAsync("kept", "visits", 2, Ct);
        var (_, before) = await server.PostAsync("predict/kept", Visit, Ct);

        await server.RestartAsync();
        var (_, after) = await server.PostAsync("predict/kept", Visit, Ct);

        Assert.Equal(before.GetProperty("score").GetDouble(), after.GetProperty("score").GetDouble());
        Assert.Equal(2, after.GetProperty("version").GetInt32());
        var logged = await server.Client.PredictionsAsync(new("kept"), 10, Ct);
        Assert.Equal(
            [after.GetProperty("prediction_id").GetString()!, before.GetProperty("prediction_id").GetString()!],
            logged.Select(p => p.Id)
        );
    }

    [Fact]
    public async Task Thousands_of_broken_bodies_never_fail_the_server()
    {
        await server.DeployAsync("fuzz", "visits", 1, Ct);
        const string Infer =
            """{"id":"1","inputs":[{"name":"age","shape":[2],"datatype":"FP64","data":[1,2]},{"name":"region","shape":[2,1],"datatype":"BYTES","data":[["a"],["b"]]},{"name":"clicks","shape":[2],"datatype":"INT64","data":[1,2]},{"name":"member","shape":[2],"datatype":"BOOL","data":[true,false]}],"outputs":[{"name":"score"}]}""";
        var random = new Random(42);

        for (var i = 0; i < 3000; i++)
        {
            var (path, text) = i % 2 == 0 ? ("predict/fuzz", Visit) : ("v2/models/visits/infer", Infer);
            var (status, answer) = await server.PostAsync(path, Mutate(Encoding.UTF8.GetBytes(text), random), Ct);
            Assert.True((int)status < 500, $"{status}: {answer}");
        }
    }

    private static byte[] Mutate(byte[] body, Random random)
    {
        const string Tokens = "{}[]\",:0129.eE-+ntfu\\\0\u0080";
        var bytes = body.ToList();
        for (var i = random.Next(1, 5); i > 0 && bytes.Count > 0; i--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes.RemoveAt(at);
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.Insert(at, (byte)Tokens[random.Next(Tokens.Length)]);
                    break;
                case 3:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    var part = bytes.GetRange(at, Math.Min(bytes.Count - at, random.Next(1, 40)));
                    bytes.InsertRange(random.Next(bytes.Count), part);
                    break;
            }
        }

        return [.. bytes];
    }
}
