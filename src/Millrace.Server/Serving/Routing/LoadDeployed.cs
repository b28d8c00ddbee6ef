using Microsoft.EntityFrameworkCore;
using Millrace.Core;
using Millrace.Serving.Rollouts;
using Millrace.Storage;

namespace Millrace.Serving.Routing;

/// <summary>Before the first request is taken, loads what the records say is deployed. One broken package stops no other.</summary>
internal sealed partial class LoadDeployed(
    IServiceScopeFactory scopes,
    MillraceFolder folder,
    RoutingTable routes,
    ILogger<LoadDeployed> logger
) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<MillraceDb>();
        var wanted = await (
            from e in db.Set<EndpointRow>().AsNoTracking()
            join d in db.Set<DeploymentRow>().AsNoTracking() on e.Deployment equals d.Number
            select d
        ).ToListAsync(cancellationToken);
        Parallel.ForEach(wanted, new ParallelOptions { CancellationToken = cancellationToken }, Load);
        foreach (
            var rollout in await scope.ServiceProvider.GetRequiredService<FindRollout>().RunningAsync(cancellationToken)
        )
        {
            Share(rollout);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Load(DeploymentRow row)
    {
        try
        {
            var package = folder.ModelVersion(row.Model, row.Version);
            routes.Set(row.Endpoint, ServedModel.Open(row.Model, row.Version, package), row.At);
        }
        catch (RefusalException refusal)
        {
            routes.SetBroken(row.Endpoint, row.Model, refusal.Message, row.At);
            LogBroken(row.Endpoint, refusal.Message);
        }
    }

    private void Share(Rollout rollout)
    {
        var (model, version) = rollout.Challenger;
        try
        {
            var served = ServedModel.Open(model, version, folder.ModelVersion(model, version));
            routes.SetChallenger(rollout.Endpoint, served, rollout.Number, rollout.Share);
        }
        catch (RefusalException refusal)
        {
            LogBrokenChallenger(rollout.Endpoint, rollout.Number, refusal.Message);
        }
    }

    [LoggerMessage(
        LogLevel.Error,
        "Endpoint {Endpoint}: the challenger of rollout {Rollout} does not serve, and the champion serves all: {Why} Abort the rollout"
    )]
    private partial void LogBrokenChallenger(EndpointName endpoint, long rollout, string why);

    [LoggerMessage(LogLevel.Error, "Endpoint {Endpoint} does not serve: {Why} Deploy another version, or roll back")]
    private partial void LogBroken(EndpointName endpoint, string why);
}
