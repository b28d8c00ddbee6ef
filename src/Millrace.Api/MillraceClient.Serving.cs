using System.Text.Json;
using Millrace.Core;

namespace Millrace.Api;

public sealed partial class MillraceClient
{
    public Task<IReadOnlyList<EndpointSummary>> EndpointsAsync(CancellationToken ct) =>
        GetAsync<IReadOnlyList<EndpointSummary>>("api/endpoints", ct);

    public Task<EndpointView> EndpointAsync(EndpointName endpoint, CancellationToken ct) =>
        GetAsync<EndpointView>($"api/endpoints/{endpoint}", ct);

    public Task<EndpointView> DeployAsync(EndpointName endpoint, DeployRequest request, CancellationToken ct) =>
        SendAsync<EndpointView>(HttpMethod.Post, $"api/endpoints/{endpoint}/deploy", request, ct);

    public Task<EndpointView> RollbackAsync(EndpointName endpoint, RollbackRequest request, CancellationToken ct) =>
        SendAsync<EndpointView>(HttpMethod.Post, $"api/endpoints/{endpoint}/rollback", request, ct);

    public Task UndeployAsync(EndpointName endpoint, UndeployRequest request, CancellationToken ct) =>
        PostAsync($"api/endpoints/{endpoint}/undeploy", request, ct);

    /// <param name="endpoint">Which endpoint to ask.</param>
    /// <param name="inputs">The inputs by name: {"user_id": 12}.</param>
    /// <param name="ct">Cancels the request.</param>
    public Task<PredictionView> PredictAsync(EndpointName endpoint, JsonElement inputs, CancellationToken ct) =>
        PredictAsync(endpoint, inputs, null, ct);

    /// <param name="endpoint">Which endpoint to ask.</param>
    /// <param name="inputs">The inputs by name: {"user_id": 12}.</param>
    /// <param name="count">Recommenders: how many items, 1 to 1000; null for 10.</param>
    /// <param name="ct">Cancels the request.</param>
    public Task<PredictionView> PredictAsync(
        EndpointName endpoint,
        JsonElement inputs,
        int? count,
        CancellationToken ct
    ) => SendAsync<PredictionView>(HttpMethod.Post, $"predict/{endpoint}{Query(("count", count))}", inputs, ct);

    /// <summary>The newest predictions of an endpoint, newest first.</summary>
    public Task<IReadOnlyList<LoggedPrediction>> PredictionsAsync(
        EndpointName endpoint,
        int limit,
        CancellationToken ct
    ) =>
        GetAsync<IReadOnlyList<LoggedPrediction>>($"api/endpoints/{endpoint}/predictions{Query(("limit", limit))}", ct);

    /// <summary>Turns what the prediction log holds into Parquet now, rather than when it is full or old.</summary>
    public Task<CompactionView> CompactPredictionsAsync(CancellationToken ct) =>
        SendAsync<CompactionView>(HttpMethod.Post, "api/predictions/compact", null, ct);

    /// <summary>Rollouts of an endpoint, newest first.</summary>
    public Task<IReadOnlyList<RolloutView>> RolloutsAsync(EndpointName endpoint, CancellationToken ct) =>
        GetAsync<IReadOnlyList<RolloutView>>($"api/endpoints/{endpoint}/rollouts", ct);

    /// <summary>Every look at a rollout's evidence, newest first.</summary>
    public Task<Page<RolloutLook>> LooksAsync(
        EndpointName endpoint,
        long number,
        int limit,
        int offset,
        CancellationToken ct
    ) =>
        GetAsync<Page<RolloutLook>>(
            $"api/endpoints/{endpoint}/rollouts/{number}/looks{Query(("limit", limit), ("offset", offset))}",
            ct
        );

    public Task<RolloutView> StartRolloutAsync(
        EndpointName endpoint,
        StartRolloutRequest request,
        CancellationToken ct
    ) => SendAsync<RolloutView>(HttpMethod.Post, $"api/endpoints/{endpoint}/rollouts", request, ct);

    /// <summary>Ends the running rollout: its challenger serves all.</summary>
    public Task<RolloutView> PromoteAsync(EndpointName endpoint, RolloutRequest request, CancellationToken ct) =>
        SendAsync<RolloutView>(HttpMethod.Post, $"api/endpoints/{endpoint}/rollouts/promote", request, ct);

    /// <summary>Ends the running rollout: its champion serves all again.</summary>
    public Task<RolloutView> AbortAsync(EndpointName endpoint, RolloutRequest request, CancellationToken ct) =>
        SendAsync<RolloutView>(HttpMethod.Post, $"api/endpoints/{endpoint}/rollouts/abort", request, ct);

    public Task<ReplicasView> ReplicasAsync(EndpointName endpoint, CancellationToken ct) =>
        GetAsync<ReplicasView>($"api/endpoints/{endpoint}/replicas", ct);

    public Task<ReplicasView> ScaleAsync(EndpointName endpoint, ScaleRequest request, CancellationToken ct) =>
        SendAsync<ReplicasView>(HttpMethod.Post, $"api/endpoints/{endpoint}/replicas", request, ct);
}
