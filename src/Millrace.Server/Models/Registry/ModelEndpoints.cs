using Microsoft.AspNetCore.Http.HttpResults;
using Millrace.Api;
using Millrace.Core;
using Millrace.Models.Evaluation;

namespace Millrace.Models.Registry;

internal static class ModelEndpoints
{
    public static void MapModelEndpoints(this IEndpointRouteBuilder api)
    {
        var models = api.MapGroup("/models").WithTags("Models");
        models.MapGet("", ListAsync);
        models.MapGet("/{model}", ShowAsync).ProducesProblem(404);
        models.MapPatch("/{model}", DescribeAsync).ProducesProblem(400).ProducesProblem(404);
        models.MapPut("/{model}/aliases/{alias}", SetAliasAsync).ProducesProblem(404).ProducesProblem(409);
        models.MapDelete("/{model}/aliases/{alias}", DeleteAliasAsync).ProducesProblem(404);

        var versions = models.MapGroup("/{model}/versions");
        versions.MapPost("", RegisterAsync).ProducesProblem(404).ProducesProblem(409);
        versions.MapGet("/{version}", ShowVersionAsync).ProducesProblem(404);
        versions.MapPatch("/{version}", DescribeVersionAsync).ProducesProblem(400).ProducesProblem(404);
        versions.MapPost("/{version}/gates", EvaluateAsync).ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<Ok<IReadOnlyList<ModelSummary>>> ListAsync(ShowModels show, CancellationToken ct) =>
        TypedResults.Ok(await show.ListAsync(ct));

    private static async Task<Ok<ModelView>> ShowAsync(ModelName model, ShowModels show, CancellationToken ct) =>
        TypedResults.Ok(await show.OneAsync(model, ct));

    private static async Task<Ok<ModelView>> DescribeAsync(
        ModelName model,
        ModelPatch patch,
        DescribeModel describe,
        ShowModels show,
        CancellationToken ct
    )
    {
        await describe.ModelAsync(model, patch, ct);
        return TypedResults.Ok(await show.OneAsync(model, ct));
    }

    private static async Task<Ok<ModelView>> SetAliasAsync(
        ModelName model,
        string alias,
        AliasRequest request,
        MoveAlias move,
        ShowModels show,
        CancellationToken ct
    )
    {
        await move.RunAsync(model, alias, request.Version, request.Reason, ct);
        return TypedResults.Ok(await show.OneAsync(model, ct));
    }

    private static async Task<Ok<ModelView>> DeleteAliasAsync(
        ModelName model,
        string alias,
        MoveAlias move,
        ShowModels show,
        CancellationToken ct
    )
    {
        await move.DeleteAsync(model, alias, ct);
        return TypedResults.Ok(await show.OneAsync(model, ct));
    }

    private static async Task<Ok<ModelVersionView>> RegisterAsync(
        ModelName model,
        RegisterRequest request,
        RegisterByHand register,
        ShowVersion show,
        CancellationToken ct
    ) =>
        TypedResults.Ok(
            await show.RunAsync(model, await register.RunAsync(model, request.Run, request.Description, ct), ct)
        );

    private static async Task<Ok<ModelVersionView>> ShowVersionAsync(
        ModelName model,
        VersionNumber version,
        ShowVersion show,
        CancellationToken ct
    ) => TypedResults.Ok(await show.RunAsync(model, version, ct));

    private static async Task<Ok<ModelVersionView>> DescribeVersionAsync(
        ModelName model,
        VersionNumber version,
        ModelPatch patch,
        DescribeModel describe,
        ShowVersion show,
        CancellationToken ct
    )
    {
        await describe.VersionAsync(model, version, patch, ct);
        return TypedResults.Ok(await show.RunAsync(model, version, ct));
    }

    private static async Task<Ok<ModelVersionView>> EvaluateAsync(
        ModelName model,
        VersionNumber version,
        StartGates gates,
        ShowVersion show,
        CancellationToken ct
    )
    {
        await gates.AgainAsync(model, version, ct);
        return TypedResults.Ok(await show.RunAsync(model, version, ct));
    }
}
