using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Millrace.Core;
using Millrace.Serving.Routing;
using Millrace.Storage;

namespace Millrace.Serving.Autoscaling;

/// <summary>Compares the replicas that are wanted with those that there are, and takes one step, again and again.</summary>
internal sealed partial class AutoscaleController(
    IServiceScopeFactory scopes,
    ReplicaSets sets,
    ReplicaSignal signal,
    RoutingTable routes,
    IReplicaDeaths deaths,
    IOptions<AutoscalingOptions> options,
    TimeProvider time,
    ILogger<AutoscaleController> logger
) : BackgroundService
{
    /// <summary>Before the first request is taken, so that it already goes to replicas.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var rows = await scope
            .ServiceProvider.GetRequiredService<MillraceDb>()
            .Set<ScalingRow>()
            .AsNoTracking()
            .ToListAsync(cancellationToken);
        foreach (var row in rows)
        {
            sets.Want(row.Endpoint, EndpointScaling.Of(row));
        }

        Attach();
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                Attach();
                foreach (var scaled in sets.Scaled.Values)
                {
                    Reconcile(scaled, stoppingToken);
                    await TellAsync(scaled.Set, stoppingToken);
                }

                await signal.WaitAsync(
                    sets.Scaled.IsEmpty ? Timeout.InfiniteTimeSpan : options.Value.Interval,
                    stoppingToken
                );
            }
        }
        finally
        {
            await Task.WhenAll(sets.Scaled.Values.Select(s => s.Set.EndedAsync()));
        }
    }

    /// <summary>Gives each endpoint that scales its set, and takes it from those that do no longer.</summary>
    private void Attach()
    {
        foreach (var (endpoint, scaling) in sets.All)
        {
            if (scaling.Max > 1)
            {
                var scaled = sets.Scaled.GetOrAdd(
                    endpoint,
                    e => new(new(e, options.Value, signal, time, logger), scaling)
                );
                scaled.Scaling = scaling;
                scaled.Set.SetLimit(scaling.TargetConcurrency);
                routes.SetReplicas(endpoint, scaled.Set);
            }
            else if (sets.Scaled.TryGetValue(endpoint, out var leaving))
            {
                // New requests stay in the process; those that it has are answered before it goes.
                routes.SetReplicas(endpoint, null);
                leaving.Scaling = leaving.Scaling with { Min = 0 };
                if (leaving.Set.IsEmpty)
                {
                    sets.Scaled.TryRemove(endpoint, out _);
                }
            }
        }
    }

    private void Reconcile(ScaledEndpoint scaled, CancellationToken ct)
    {
        try
        {
            var seen = scaled.Set.Observe();
            var before = scaled.Policy.Wanted;
            var wanted = scaled.Policy.Decide(Rules(scaled.Scaling), seen);
            scaled.Remember(seen, wanted);
            scaled.Set.ScaleTo(wanted, Packages(scaled.Set.Endpoint), ct);
            if (wanted != before)
            {
                LogScaled(scaled.Set.Endpoint, before, wanted, seen.Concurrency);
            }
        }
        catch (Exception ex) when (ex is not OperationCanceledException)
        {
            LogTrouble(ex, scaled.Set.Endpoint);
        }
    }

    private async Task TellAsync(ReplicaSet set, CancellationToken ct)
    {
        try
        {
            while (set.TryTakeDead(out var process))
            {
                await deaths.RunAsync(set.Endpoint, process, ct);
            }
        }
        catch (Exception ex) when (ex is not OperationCanceledException)
        {
            LogTrouble(ex, set.Endpoint);
        }
    }

    private ScalingRules Rules(EndpointScaling scaling) =>
        new()
        {
            Min = scaling.Min,
            Max = scaling.Max,
            Target = scaling.TargetConcurrency,
            StableWindow = options.Value.StableWindow,
            PanicWindow = options.Value.PanicWindow,
            IdleGrace = options.Value.IdleGrace,
        };

    private IReadOnlyList<ReplicaPackage> Packages(EndpointName endpoint)
    {
        var route = routes.Find(endpoint.Value);
        return
        [
            .. new[] { route?.Served, route?.Split?.Served }
                .OfType<ServedModel>()
                .Select(s => new ReplicaPackage(s.Model, s.Version, s.Folder)),
        ];
    }

    [LoggerMessage(
        LogLevel.Information,
        "Endpoint {Endpoint}: {Before} to {Wanted} replicas for {Concurrency:0.#} requests"
    )]
    private partial void LogScaled(EndpointName endpoint, int before, int wanted, double concurrency);

    [LoggerMessage(LogLevel.Error, "Endpoint {Endpoint} could not be scaled; the next look tries again")]
    private partial void LogTrouble(Exception exception, EndpointName endpoint);
}
