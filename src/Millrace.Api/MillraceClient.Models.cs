using Millrace.Core;

namespace Millrace.Api;

public sealed partial class MillraceClient
{
    public Task<Page<RunSummary>> RunsAsync(ExperimentName? experiment, int limit, int offset, CancellationToken ct) =>
        GetAsync<Page<RunSummary>>(
            $"api/runs{Query(("experiment", experiment), ("limit", limit), ("offset", offset))}",
            ct
        );

    public Task<RunView> RunAsync(RunId id, CancellationToken ct) => GetAsync<RunView>($"api/runs/{id}", ct);

    /// <summary>Every point of one metric, by step.</summary>
    public Task<IReadOnlyList<MetricPoint>> MetricAsync(RunId id, string key, CancellationToken ct) =>
        GetAsync<IReadOnlyList<MetricPoint>>($"api/runs/{id}/metrics/{Uri.EscapeDataString(key)}", ct);

    public Task<string> RunLogAsync(RunId id, CancellationToken ct) => GetTextAsync($"api/runs/{id}/log", ct);

    public Task CancelRunAsync(RunId id, CancellationToken ct) => PostAsync($"api/runs/{id}/cancel", null, ct);

    public Task<IReadOnlyList<ModelSummary>> ModelsAsync(CancellationToken ct) =>
        GetAsync<IReadOnlyList<ModelSummary>>("api/models", ct);

    public Task<ModelView> ModelAsync(ModelName model, CancellationToken ct) =>
        GetAsync<ModelView>($"api/models/{model}", ct);

    public Task<ModelVersionView> ModelVersionAsync(ModelName model, VersionNumber version, CancellationToken ct) =>
        GetAsync<ModelVersionView>($"api/models/{model}/versions/{version}", ct);

    public Task<ModelVersionView> RegisterAsync(ModelName model, RegisterRequest request, CancellationToken ct) =>
        SendAsync<ModelVersionView>(HttpMethod.Post, $"api/models/{model}/versions", request, ct);

    public Task<ModelView> PatchModelAsync(ModelName model, ModelPatch patch, CancellationToken ct) =>
        SendAsync<ModelView>(HttpMethod.Patch, $"api/models/{model}", patch, ct);

    public Task<ModelVersionView> PatchModelVersionAsync(
        ModelName model,
        VersionNumber version,
        ModelPatch patch,
        CancellationToken ct
    ) => SendAsync<ModelVersionView>(HttpMethod.Patch, $"api/models/{model}/versions/{version}", patch, ct);

    /// <summary>Evaluates a version's gates once more: against a champion of today, or after a failure.</summary>
    public Task<ModelVersionView> EvaluateGatesAsync(ModelName model, VersionNumber version, CancellationToken ct) =>
        SendAsync<ModelVersionView>(HttpMethod.Post, $"api/models/{model}/versions/{version}/gates", null, ct);

    public Task<ModelView> SetAliasAsync(ModelName model, string alias, AliasRequest request, CancellationToken ct) =>
        SendAsync<ModelView>(HttpMethod.Put, $"api/models/{model}/aliases/{Uri.EscapeDataString(alias)}", request, ct);

    public Task<ModelView> DeleteAliasAsync(ModelName model, string alias, CancellationToken ct) =>
        SendAsync<ModelView>(HttpMethod.Delete, $"api/models/{model}/aliases/{Uri.EscapeDataString(alias)}", null, ct);
}
