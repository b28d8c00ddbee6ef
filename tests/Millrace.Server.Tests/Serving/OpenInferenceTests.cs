using System.Net;
using Xunit;

namespace Millrace.Server.Tests.Serving;

public sealed class OpenInferenceTests(ServingServer server) : IClassFixture<ServingServer>
{
    private const string Batch =
        """{"id":"42","inputs":[{"name":"age","shape":[2],"datatype":"FP32","data":[30,60]},{"data":[["north"],["west"]],"name":"region","shape":[2,1],"datatype":"BYTES"},{"name":"clicks","shape":[2],"datatype":"INT64","data":[1,29]},{"name":"member","shape":[2],"datatype":"BOOL","data":[true,null]}]}""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_gives_what_each_row_alone_gives()
    {
        await server.DeployAsync("rows", "visits", 1, Ct);

        var (status, json) = await server.PostAsync("v2/models/visits/infer", Batch, Ct);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("42", json.GetProperty("id").GetString());
        Assert.Equal(
            ("visits", "1"),
            (json.GetProperty("model_name").GetString(), json.GetProperty("model_version").GetString())
        );
        var outputs = json.GetProperty("outputs")
            .EnumerateArray()
            .ToDictionary(o => o.GetProperty("name").GetString()!);
        var (_, alone) = await server.PostAsync(
            "predict/rows",
            """{"age": 60, "region": "west", "clicks": 29, "member": null}""",
            Ct
        );
        Assert.Equal(alone.GetProperty("score").GetDouble(), outputs["score"].GetProperty("data")[1].GetDouble());
        Assert.Equal(alone.GetProperty("label").GetString(), outputs["label"].GetProperty("data")[1].GetString());
        Assert.Equal(4, outputs["probabilities"].GetProperty("data").GetArrayLength());
        var logged = await server.Client.PredictionsAsync(new("rows"), 3, Ct);
        Assert.Equal(
            outputs["prediction_id"].GetProperty("data").EnumerateArray().Select(i => i.GetString()).Reverse(),
            logged.Skip(1).Select(p => p.Id)
        );
    }

    [Fact]
    public async Task A_recommender_gives_items_and_scores_as_tensors()
    {
        await server.DeployAsync("tensors", "movies", 1, Ct);

        var (status, json) = await server.PostAsync(
            "v2/models/movies/infer",
            """{"parameters":{"count":3},"inputs":[{"name":"user_id","shape":[2],"datatype":"INT64","data":[1,-1]}],"outputs":[{"name":"items"}]}""",
            Ct
        );

        Assert.Equal(HttpStatusCode.OK, status);
        var output = Assert.Single(json.GetProperty("outputs").EnumerateArray());
        Assert.Equal("INT64", output.GetProperty("datatype").GetString());
        Assert.Equal([2, 3], output.GetProperty("shape").EnumerateArray().Select(s => s.GetInt32()));
        var described = (await server.GetAsync("v2/models/movies", Ct)).Json.GetProperty("outputs")[0];
        Assert.Equal(
            ("items", "INT64"),
            (described.GetProperty("name").GetString(), described.GetProperty("datatype").GetString())
        );
    }

    [Fact]
    public async Task Another_blessed_version_is_asked_by_number_and_one_that_failed_is_not_there()
    {
        await server.DeployAsync("numbers", "visits", 1, Ct);

        var (ok, second) = await server.PostAsync("v2/models/visits/versions/2/infer", Batch, Ct);
        var (failed, reason) = await server.PostAsync("v2/models/visits/versions/3/infer", Batch, Ct);
        var (missing, _) = await server.PostAsync("v2/models/visits/versions/9/infer", Batch, Ct);

        Assert.Equal((HttpStatusCode.OK, "2"), (ok, second.GetProperty("model_version").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, failed);
        Assert.Contains("auc 0.5", reason.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, missing);
    }

    [Theory]
    [InlineData("\"FP32\"", "\"BYTES\"", "'age' must be a finite number (double)")]
    [InlineData("\"FP32\"", "\"FP8\"", "FP8")]
    [InlineData("\"name\":\"age\"", "\"name\":\"agee\"", "There is no input 'agee'")]
    [InlineData("\"shape\":[2],\"datatype\":\"FP32\"", "\"shape\":[3],\"datatype\":\"FP32\"", "3 values")]
    [InlineData("[30,60]", "[30,\"x\"]", "'age' must be a finite number (double)")]
    [InlineData("[30,60]", "[30,60,90]", "must have 2 values")]
    [InlineData("[30,60]", "[[30],[60]]", "nested as its shape says")]
    [InlineData(
        "\"shape\":[2],\"datatype\":\"FP32\",\"data\":[30,60]",
        "\"shape\":[2,1],\"datatype\":\"FP32\",\"data\":[[30,60],[]]",
        "nested as its shape says"
    )]
    [InlineData(
        "\"shape\":[2],\"datatype\":\"FP32\",\"data\":[30,60]",
        "\"shape\":[2,1],\"datatype\":\"FP32\",\"data\":[[[30]],[[60]]]",
        "nested as its shape says"
    )]
    [InlineData(
        "\"shape\":[2],\"datatype\":\"FP32\",\"data\":[30,60]",
        "\"shape\":[2,1],\"datatype\":\"FP32\",\"data\":[[30],60]",
        "nested as its shape says"
    )]
    [InlineData("\"id\":\"42\"", "\"idd\":\"42\"", "There is no 'idd'")]
    [InlineData("}]}", "}],\"outputs\":[{\"name\":\"y\"}]}", "There is no output 'y'")]
    [InlineData("}]}", "}],\"outputs\":[{\"nam\":\"score\"}]}", "'outputs' must be a list of objects with a name")]
    [InlineData("[30,60]", "[30,60],\"parameters\":{\"binary_data_size\":8}", "'binary_data_size'")]
    [InlineData("\"id\":\"42\"", "\"parameters\":{\"binary_data_output\":true}", "'binary_data_output'")]
    [InlineData("}]}", "}],\"outputs\":[{\"name\":\"score\",\"parameters\":{\"binary_data\":true}}]}", "'binary_data'")]
    public async Task Wrong_tensors_are_refused_by_name(string old, string wrong, string says)
    {
        await server.DeployAsync("tensor-faults", "visits", 1, Ct);

        var (status, json) = await server.PostAsync(
            "v2/models/visits/infer",
            Batch.Replace(old, wrong, StringComparison.Ordinal),
            Ct
        );

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(says, json.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_asks_for_no_binary_tensors_gets_none()
    {
        await server.DeployAsync("plain", "visits", 1, Ct);

        var (status, json) = await server.PostAsync(
            "v2/models/visits/infer",
            Batch.Replace(
                "}]}",
                "}],\"parameters\":{\"binary_data_output\":false,\"theirs\":{}},\"outputs\":[{\"name\":\"label\",\"parameters\":{\"binary_data\":false}}]}",
                StringComparison.Ordinal
            ),
            Ct
        );

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(
            "label",
            Assert.Single(json.GetProperty("outputs").EnumerateArray()).GetProperty("name").GetString()
        );
    }

    [Fact]
    public async Task The_protocol_s_metadata_and_health_are_answered()
    {
        await server.DeployAsync("described", "visits", 1, Ct);

        Assert.Equal("millrace", (await server.GetAsync("v2", Ct)).Json.GetProperty("name").GetString());
        Assert.True((await server.GetAsync("v2/health/live", Ct)).Json.GetProperty("live").GetBoolean());
        Assert.True((await server.GetAsync("v2/health/ready", Ct)).Json.GetProperty("ready").GetBoolean());
        Assert.True((await server.GetAsync("v2/models/visits/ready", Ct)).Json.GetProperty("ready").GetBoolean());
        var model = (await server.GetAsync("v2/models/visits", Ct)).Json;
        Assert.Equal(["1", "2"], model.GetProperty("versions").EnumerateArray().Select(v => v.GetString()));
        Assert.Equal(
            ["BOOL", "BYTES", "FP64", "INT64"],
            model
                .GetProperty("inputs")
                .EnumerateArray()
                .Select(i => i.GetProperty("datatype").GetString())
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal(HttpStatusCode.NotFound, (await server.GetAsync("v2/models/nothing", Ct)).Status);
        var index = (await server.PostAsync("v2/repository/index", "{}", Ct)).Json;
        Assert.Contains(index.EnumerateArray(), m => m.GetProperty("name").GetString() is "visits");
    }
}
