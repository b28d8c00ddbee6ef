using Microsoft.Extensions.DependencyInjection;
using Millrace.Api;
using Millrace.Core;
using Millrace.Hosting;
using Millrace.Testing;

namespace Millrace.Bench;

/// <summary>A root folder with a trained classifier and a trained recommender, deployed; each once more with a canary of 25 %.</summary>
internal sealed class ServingFolder : IAsyncDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("millrace-bench-").FullName;

    public static async Task<ServingFolder> CreateAsync()
    {
        var folder = new ServingFolder();
        var ct = CancellationToken.None;
        await using var server = await MillraceServer.StartAsync(
            new()
            {
                Folder = folder.Root,
                Address = new("http://127.0.0.1:0"),
                LogToConsole = false,
            },
            ct
        );
        await using (var scope = server.Services.CreateAsyncScope())
        {
            await TrainedModels.AddClassifierAsync(scope.ServiceProvider, new("visits"), new(1), Blessing.Passed, ct);
            await TrainedModels.AddClassifierAsync(scope.ServiceProvider, new("visits"), new(2), Blessing.Passed, ct);
            await TrainedModels.AddRecommenderAsync(scope.ServiceProvider, new("movies"), new(1), ct);
            await TrainedModels.AddRecommenderAsync(scope.ServiceProvider, new("movies"), new(2), ct);
        }

        using var http = MillraceClient.Connect(server.Address, null, "bench");
        var client = new MillraceClient(http);
        await client.DeployAsync(new("visits"), new(new("visits"), new(1)), ct);
        await client.DeployAsync(new("movies"), new(new("movies"), new(1)), ct);
        foreach (var model in new[] { "visits", "movies" })
        {
            var canary = new EndpointName($"{model}-canary");
            await client.DeployAsync(canary, new(new(model), new(1)), ct);
            await client.StartRolloutAsync(canary, new(new(model), new(2), [0.25]), ct);
        }

        return folder;
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Root, recursive: true);
        return ValueTask.CompletedTask;
    }
}
