using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Monitoring.Feedback;

internal static class FeedbackEndpoints
{
    /// <summary>Beside /predict, as applications use both, and under /api.</summary>
    public static void MapOutcomes(this IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/outcomes", TakeAsync)
            // As with predictions, whatever the body is called: else curl's -d alone would find nothing here.
            .Accepts<OutcomesRequest>("application/json", "*/*")
            .WithTags("Outcomes")
            .ProducesProblem(400)
            .ProducesProblem(404);

    public static void MapMonitors(this IEndpointRouteBuilder api)
    {
        var monitors = api.MapGroup("/monitors").WithTags("Monitors");
        monitors.MapGet("", ListAsync);
        monitors.MapGet("/{endpoint}", ShowAsync).ProducesProblem(404);
    }

    private static async Task<Ok<OutcomesView>> TakeAsync(
        HttpRequest request,
        KeepOutcomes keep,
        IOptions<FeedbackOptions> options,
        CancellationToken ct
    ) => TypedResults.Ok(await keep.RunAsync(await OutcomeBody.ReadAsync(request, options.Value.MaxBodyBytes, ct), ct));

    private static async Task<Ok<IReadOnlyList<MonitorSummary>>> ListAsync(ShowMonitors show, CancellationToken ct) =>
        TypedResults.Ok(await show.ListAsync(ct));

    private static async Task<Ok<MonitorView>> ShowAsync(
        EndpointName endpoint,
        ShowMonitors show,
        CancellationToken ct
    ) => TypedResults.Ok(await show.RunAsync(endpoint, ct));
}
