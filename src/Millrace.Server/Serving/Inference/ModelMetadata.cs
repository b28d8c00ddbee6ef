using System.Text.Json;
using Millrace.Core;
using Millrace.Models.Registry;
using Millrace.Serving.Routing;

namespace Millrace.Serving.Inference;

/// <summary>The rest of the Open Inference Protocol v2: what is there, what it takes, and whether it is ready.</summary>
internal sealed class ModelMetadata(FindServed find, RoutingTable routes, ShowModels models)
{
    private static readonly string[] Extensions = ["model_repository"];

    public static Task ServerAsync(HttpContext http) =>
        WriteAsync(
            http,
            new
            {
                name = "millrace",
                version = typeof(ModelMetadata).Assembly.GetName().Version!.ToString(3),
                extensions = Extensions,
            }
        );

    public static Task LiveAsync(HttpContext http) => WriteAsync(http, new { live = true });

    public static Task ReadyAsync(HttpContext http) => WriteAsync(http, new { live = true, ready = true });

    /// <summary>POST /v2/repository/index: every model that is deployed.</summary>
    public Task IndexAsync(HttpContext http) =>
        WriteAsync(
            http,
            routes
                .All.OrderBy(r => r.Endpoint.Value, StringComparer.Ordinal)
                .Select(r => new
                {
                    name = r.Model.Value,
                    version = r.Served?.Version.ToString() ?? "",
                    state = r.Served is null ? "UNAVAILABLE" : "READY",
                    reason = r.Broken,
                })
                .DistinctBy(m => (m.name, m.version))
        );

    public async Task ModelAsync(HttpContext http)
    {
        var found = await FindAsync(http);
        if (found.Served is not { } served)
        {
            await Answer.ErrorAsync(http, found.IsBroken ? 503 : 404, found.Error);
            return;
        }

        try
        {
            var model = await models.OneAsync(served.Model, http.RequestAborted);
            await WriteAsync(
                http,
                new
                {
                    name = served.Model.Value,
                    versions = model
                        .Versions.Where(v => v.Blessing == Api.Blessing.Passed)
                        .OrderBy(v => v.Number)
                        .Select(v => v.Number.ToString()),
                    platform = $"millrace_{served.Predictor.Card.Algorithm}",
                    inputs = served.Predictor.Card.Inputs.Select(c => new
                    {
                        name = c.Name,
                        datatype = TensorType.Of(c.Type),
                        shape = new[] { -1 },
                    }),
                    outputs = InferAnswer
                        .OutputsOf(served)
                        .Select(o => new
                        {
                            name = o.Name,
                            datatype = o.Type,
                            shape = JsonSerializer.Deserialize<int[]>(o.Shape),
                        }),
                }
            );
        }
        finally
        {
            served.Release();
        }
    }

    public async Task ModelReadyAsync(HttpContext http)
    {
        var found = await FindAsync(http);
        if (found.Served is { } served)
        {
            served.Release();
            await WriteAsync(http, new { name = served.Model.Value, ready = true });
        }
        else
        {
            await Answer.ErrorAsync(http, found.IsBroken ? 503 : 404, found.Error);
        }
    }

    private ValueTask<FindServed.Found> FindAsync(HttpContext http) =>
        find.RunAsync(
            http.GetRouteValue("model") as string ?? "",
            http.GetRouteValue("version") as string,
            http.RequestAborted
        );

    private static Task WriteAsync<T>(HttpContext http, T value) =>
        http.Response.WriteAsJsonAsync(value, Json.Options, http.RequestAborted);
}
