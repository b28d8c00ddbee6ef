using System.Collections.Frozen;
using System.Text;
using Millrace.Core;
using Millrace.Serving.Autoscaling;
using Millrace.Serving.Inference;

namespace Millrace.Serving.Routing;

/// <summary>One endpoint in memory.</summary>
/// <param name="Served">Null where its package could not be loaded, see <paramref name="Broken"/>.</param>
/// <param name="Counters">Live as long as the process, through every switch.</param>
/// <param name="Split">The challenger that shares its traffic; null where none does.</param>
/// <param name="Replicas">Where rows are scored; null for here, in this process.</param>
internal sealed record EndpointRoute(
    EndpointName Endpoint,
    ReadOnlyMemory<byte> EndpointUtf8,
    ModelName Model,
    ServedModel? Served,
    string Broken,
    DateTimeOffset At,
    EndpointCounters Counters,
    TrafficSplit? Split,
    ReplicaSet? Replicas = null
);

/// <summary>
/// Which version answers at which address: a snapshot that readers take without a lock and that a switch replaces whole.
/// </summary>
internal sealed class RoutingTable : IDisposable
{
    private readonly SemaphoreSlim turn = new(1);
    private readonly Lock writing = new();
    private Snapshot current = new([]);

    /// <summary>Switches come one after the other, so that memory and records agree.</summary>
    public async Task<IDisposable> TakeTurnAsync(CancellationToken ct)
    {
        await turn.WaitAsync(ct);
        return new Turn(turn);
    }

    public EndpointRoute? Find(string endpoint) => Volatile.Read(ref current).Endpoints.GetValueOrDefault(endpoint);

    /// <summary>The endpoint at which a model was deployed last.</summary>
    public EndpointRoute? OfModel(string model) => Volatile.Read(ref current).Models.GetValueOrDefault(model);

    public IReadOnlyCollection<EndpointRoute> All => Volatile.Read(ref current).Endpoints.Values;

    public bool Serves(EndpointName endpoint) => Find(endpoint.Value) is { Served: not null };

    /// <summary>
    /// Swaps what serves, all of it: a challenger leaves. Requests in flight finish on what they began with; the last of
    /// them disposes it.
    /// </summary>
    public void Set(EndpointName endpoint, ServedModel served, DateTimeOffset at) =>
        Put(endpoint, old => New(old, endpoint, served.Model, served, "", at));

    /// <summary>An endpoint whose package could not be loaded: it says so to every request.</summary>
    public void SetBroken(EndpointName endpoint, ModelName model, string why, DateTimeOffset at) =>
        Put(endpoint, old => New(old, endpoint, model, null, why, at));

    /// <summary>Nothing answers there any more; requests in flight finish.</summary>
    public void Remove(EndpointName endpoint)
    {
        EndpointRoute? old;
        lock (writing)
        {
            old = Find(endpoint.Value);
            Volatile.Write(ref current, new([.. All.Where(r => r.Endpoint != endpoint)]));
        }

        old?.Served?.Release();
        old?.Split?.Served.Release();
    }

    /// <summary>Gives a challenger a share of an endpoint's traffic. Takes it over: it is let go of when it leaves.</summary>
    public void SetChallenger(EndpointName endpoint, ServedModel served, long rollout, double share)
    {
        if (!Put(endpoint, old => old is null ? null : old with { Split = new(served, rollout, share, new()) }))
        {
            served.Release();
        }
    }

    /// <summary>Changes a challenger's share, where it is still there.</summary>
    public void SetShare(EndpointName endpoint, long rollout, double share) =>
        Put(
            endpoint,
            old =>
                old?.Split is { } split && split.Rollout == rollout
                    ? old with
                    {
                        Split = split with { Share = share },
                    }
                    : null
        );

    /// <summary>The champion serves all again.</summary>
    public void DropChallenger(EndpointName endpoint, long rollout) =>
        Put(endpoint, old => old?.Split is { } split && split.Rollout == rollout ? old with { Split = null } : null);

    /// <summary>Where an endpoint's rows are scored from now on; null for in this process.</summary>
    public void SetReplicas(EndpointName endpoint, ReplicaSet? replicas)
    {
        if (Find(endpoint.Value)?.Replicas != replicas)
        {
            Put(endpoint, old => old is null ? null : old with { Replicas = replicas });
        }
    }

    public void Dispose()
    {
        foreach (var route in All)
        {
            route.Served?.Release();
            route.Split?.Served.Release();
        }

        turn.Dispose();
    }

    private static EndpointRoute New(
        EndpointRoute? old,
        EndpointName endpoint,
        ModelName model,
        ServedModel? served,
        string broken,
        DateTimeOffset at
    ) =>
        new(
            endpoint,
            Encoding.UTF8.GetBytes(endpoint.Value),
            model,
            served,
            broken,
            at,
            old?.Counters ?? new(),
            Split: null,
            old?.Replicas
        );

    /// <param name="endpoint">Which route.</param>
    /// <param name="change">Gives the route that takes its place, or null where nothing is to change.</param>
    private bool Put(EndpointName endpoint, Func<EndpointRoute?, EndpointRoute?> change)
    {
        EndpointRoute? old;
        EndpointRoute? route;
        lock (writing)
        {
            old = Find(endpoint.Value);
            route = change(old);
            if (route is null)
            {
                return false;
            }

            Volatile.Write(ref current, new([.. All.Where(r => r.Endpoint != endpoint), route]));
        }

        if (old?.Served != route.Served)
        {
            old?.Served?.Release();
        }

        if (old?.Split?.Served != route.Split?.Served)
        {
            old?.Split?.Served.Release();
        }

        return true;
    }

    private sealed class Snapshot(IReadOnlyList<EndpointRoute> routes)
    {
        public FrozenDictionary<string, EndpointRoute> Endpoints { get; } =
            routes.ToFrozenDictionary(r => r.Endpoint.Value, StringComparer.Ordinal);

        public FrozenDictionary<string, EndpointRoute> Models { get; } =
            routes
                .GroupBy(r => r.Model.Value, StringComparer.Ordinal)
                .ToFrozenDictionary(g => g.Key, g => g.MaxBy(r => r.At)!, StringComparer.Ordinal);
    }

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
