using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;
using Millrace.Api;

namespace Millrace.Serving.Inference;

/// <summary>
/// The addresses of predictions, as bare request delegates: binding and results of the usual kind would cost as much as the
/// prediction. What OpenAPI cannot see from a delegate is said here.
/// </summary>
internal static class InferenceApi
{
    public static void MapPredictions(this IEndpointRouteBuilder app)
    {
        var services = app.ServiceProvider;
        var predict = services.GetRequiredService<Predict>();
        var infer = services.GetRequiredService<Infer>();
        app.MapPost("/predict/{endpoint}", predict.RunAsync)
            .Described("Predictions", ["endpoint"], hasBody: true)
            .WithMetadata(
                new ProducesResponseTypeMetadata(200, typeof(PredictionView), ["application/json"]),
                new ProducesResponseTypeMetadata(400, typeof(ProblemDetails), ["application/problem+json"]),
                new ProducesResponseTypeMetadata(404, typeof(ProblemDetails), ["application/problem+json"]),
                new ProducesResponseTypeMetadata(503, typeof(ProblemDetails), ["application/problem+json"])
            );

        // Without this, whatever asks at a wrong path is sent the screens' page of a path that is none.
        app.MapFallback(
            "/predict/{**rest}",
            http =>
                Answer.ProblemAsync(
                    http,
                    StatusCodes.Status404NotFound,
                    $"There is no {http.Request.Method} {http.Request.Path}: ask with POST /predict/ENDPOINT."
                )
        );

        var v2 = app.MapGroup("/v2");
        Map(v2.MapGet("", ModelMetadata.ServerAsync), []);
        Map(v2.MapGet("/health/live", ModelMetadata.LiveAsync), []);
        Map(v2.MapGet("/health/ready", ModelMetadata.ReadyAsync), []);
        Map(v2.MapPost("/repository/index", http => Of(http).IndexAsync(http)), []);
        foreach (var version in new[] { "", "/versions/{version}" })
        {
            string[] parameters = version.Length == 0 ? ["model"] : ["model", "version"];
            Map(v2.MapGet($"/models/{{model}}{version}", http => Of(http).ModelAsync(http)), parameters);
            Map(v2.MapGet($"/models/{{model}}{version}/ready", http => Of(http).ModelReadyAsync(http)), parameters);
            v2.MapPost($"/models/{{model}}{version}/infer", infer.RunAsync)
                .Described("Open Inference Protocol", parameters, hasBody: true);
        }

        v2.MapFallback(http =>
            Answer.ErrorAsync(http, 404, $"There is no {http.Request.Method} {http.Request.Path} in this protocol.")
        );
    }

    private static void Map(IEndpointConventionBuilder endpoint, string[] parameters) =>
        endpoint.Described("Open Inference Protocol", parameters, hasBody: false);

    private static ModelMetadata Of(HttpContext http) => http.RequestServices.GetRequiredService<ModelMetadata>();

    private static T Described<T>(this T endpoint, string tag, string[] parameters, bool hasBody)
        where T : IEndpointConventionBuilder
    {
        // OpenAPI lists only endpoints that name a method.
        Delegate described = Describe;
        endpoint.WithMetadata(described.Method).WithTags(tag);
        endpoint.AddOpenApiOperationTransformer(
            (operation, _, _) =>
            {
                operation.Parameters =
                [
                    .. parameters.Select(p => new OpenApiParameter
                    {
                        Name = p,
                        In = ParameterLocation.Path,
                        Required = true,
                        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                    }),
                ];
                if (hasBody)
                {
                    operation.RequestBody = new OpenApiRequestBody
                    {
                        Required = true,
                        Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                        {
                            ["application/json"] = new()
                            {
                                Schema = new OpenApiSchema { Type = JsonSchemaType.Object },
                            },
                        },
                    };
                }

                return Task.CompletedTask;
            }
        );
        return endpoint;
    }

    private static Task Describe(HttpContext http) => Task.CompletedTask;
}
