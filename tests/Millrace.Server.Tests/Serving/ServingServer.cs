using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Api;
using Millrace.Core;
using Millrace.Models.Registry;
using Millrace.Serving.Rollouts;
using Millrace.Storage;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests.Serving;

/// <summary>A server with a classifier 'visits' (v1 to v3, v3 not blessed) and a recommender 'movies', deployed nowhere.</summary>
public class ServingServer : ServerFixture, IAsyncLifetime
{
    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        await WithinAsync(async services =>
        {
            var ct = TestContext.Current.CancellationToken;
            await TrainedModels.AddClassifierAsync(services, new("visits"), new(1), Blessing.Passed, ct);
            await TrainedModels.AddClassifierAsync(services, new("visits"), new(2), Blessing.Passed, ct);
            await TrainedModels.AddClassifierAsync(services, new("visits"), new(3), Blessing.Failed, ct);
            await TrainedModels.AddRecommenderAsync(services, new("movies"), new(1), ct);
            return true;
        });
    }

    public string ModelFolder(string model, int version) =>
        Path.Combine(
            Folder,
            ".millrace",
            "objects",
            "models",
            model,
            version.ToString(System.Globalization.CultureInfo.InvariantCulture)
        );

    public Task<EndpointView> DeployAsync(string endpoint, string model, int version, CancellationToken ct) =>
        Client.DeployAsync(new(endpoint), new(new(model), new(version), "a test"), ct);

    public Task AddClassifierAsync(string model, int version, CancellationToken ct) =>
        WithinAsync(async services =>
        {
            await TrainedModels.AddClassifierAsync(services, new(model), new(version), Blessing.Passed, ct);
            return true;
        });

    /// <summary>As if its gates had been evaluated again, and failed.</summary>
    public Task FailGatesAsync(string model, int version, CancellationToken ct) =>
        WithinAsync(services =>
            services
                .GetRequiredService<MillraceDb>()
                .Set<VersionRow>()
                .Where(v => v.Model == new ModelName(model) && v.Number == new VersionNumber(version))
                .ExecuteUpdateAsync(set => set.SetProperty(v => v.Blessing, Blessing.Failed), ct)
        );

    public Task AddRecommenderAsync(string model, int version, CancellationToken ct) =>
        WithinAsync(async services =>
        {
            await TrainedModels.AddRecommenderAsync(services, new(model), new(version), ct);
            return true;
        });

    public Task<RolloutView> StartRolloutAsync(
        string endpoint,
        string model,
        int version,
        double[] steps,
        CancellationToken ct
    ) => Client.StartRolloutAsync(new(endpoint), new(new(model), new(version), steps, 0.99, "a test"), ct);

    /// <summary>What the loop does with evidence.</summary>
    public Task<bool> AdvanceAsync(string endpoint, long number, int step, RolloutLook look, CancellationToken ct) =>
        WithinAsync(services =>
            services.GetRequiredService<AdvanceRollout>().RunAsync(new(endpoint), number, step, look, "{}", ct)
        );

    /// <summary>A look that said so; its figures are any.</summary>
    public static RolloutLook Look(string verdict) =>
        new(DateTimeOffset.UnixEpoch, 0.1, 900, 100, 0.31, 0.32, -0.5, 2.25, 2, verdict);

    public Task<bool> LookAsync(
        string endpoint,
        long number,
        RolloutLook look,
        string evidence,
        CancellationToken ct
    ) =>
        WithinAsync(async services =>
        {
            await services.GetRequiredService<RecordLook>().RunAsync(new(endpoint), number, look, evidence, ct);
            return true;
        });

    public Task<bool> PromoteAsync(string endpoint, long number, RolloutLook look, CancellationToken ct) =>
        WithinAsync(services =>
            services.GetRequiredService<EndRollout>().PromoteAsync(new(endpoint), number, look.Verdict, look, null, ct)
        );

    public Task<bool> RollBackAsync(string endpoint, long number, RolloutLook look, CancellationToken ct) =>
        WithinAsync(services =>
            services.GetRequiredService<EndRollout>().RollBackAsync(new(endpoint), number, look.Verdict, look, null, ct)
        );

    public Task<string?> EvidenceAsync(string endpoint, CancellationToken ct) =>
        WithinAsync(async services =>
            (await services.GetRequiredService<FindRollout>().RunningAsync(new EndpointName(endpoint), ct))?.Evidence
        );

    /// <summary>Posts a text as it is and reads the answer, whatever it is.</summary>
    /// <summary>Does something while the package of a version cannot be read.</summary>
    public async Task BrokenAsync(string model, int version, Func<Task> work)
    {
        var recipe = Path.Combine(ModelFolder(model, version), "recipe.json");
        var text = await File.ReadAllTextAsync(recipe);
        await File.WriteAllTextAsync(recipe, "{");
        try
        {
            await work();
        }
        finally
        {
            await File.WriteAllTextAsync(recipe, text);
        }
    }

    public async Task<(HttpStatusCode Status, string Text)> PostAsync(string path, byte[] body, CancellationToken ct)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        using var response = await Http.PostAsync(new Uri(path, UriKind.Relative), content, ct);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(ct));
    }

    public async Task<(HttpStatusCode Status, JsonElement Json)> PostAsync(
        string path,
        string body,
        CancellationToken ct
    )
    {
        var (status, text) = await PostAsync(path, Encoding.UTF8.GetBytes(body), ct);
        return (status, JsonElement.Parse(text));
    }

    public async Task<(HttpStatusCode Status, JsonElement Json)> GetAsync(string path, CancellationToken ct)
    {
        using var response = await Http.GetAsync(new Uri(path, UriKind.Relative), ct);
        return (response.StatusCode, JsonElement.Parse(await response.Content.ReadAsStringAsync(ct)));
    }
}
