using System.Collections.Concurrent;
using Millrace.Api;
using Millrace.Core;
using Millrace.Serving.Routing;

namespace Millrace.Serving.Autoscaling;

/// <summary>An endpoint's scaling as the controller has it: wanted, decided, seen, and how it went.</summary>
internal sealed class ScaledEndpoint(ReplicaSet set, EndpointScaling scaling)
{
    private const int Kept = 3600;
    private readonly ConcurrentQueue<ReplicaPoint> history = new();

    public ReplicaSet Set { get; } = set;

    public ScalingPolicy Policy { get; } = new();

    public EndpointScaling Scaling { get; set; } = scaling;

    public IReadOnlyList<ReplicaPoint> History => [.. history];

    public void Remember(in ScalingObservation seen, int wanted)
    {
        history.Enqueue(new(seen.At, wanted, seen.Ready, seen.Concurrency));
        while (history.Count > Kept)
        {
            history.TryDequeue(out _);
        }
    }
}

/// <summary>What is wanted of every endpoint's replicas, in memory as it is in the database.</summary>
internal sealed class ReplicaSets(ReplicaSignal signal, RoutingTable routes)
{
    private readonly ConcurrentDictionary<EndpointName, EndpointScaling> wanted = new();

    public IEnumerable<KeyValuePair<EndpointName, EndpointScaling>> All => wanted;

    /// <summary>By endpoint; only the controller adds and takes away.</summary>
    public ConcurrentDictionary<EndpointName, ScaledEndpoint> Scaled { get; } = new();

    public EndpointScaling Of(EndpointName endpoint) => wanted.GetValueOrDefault(endpoint, EndpointScaling.InProcess);

    public void Want(EndpointName endpoint, EndpointScaling scaling)
    {
        wanted[endpoint] = scaling;
        signal.Raise();
    }

    public ReplicasView View(EndpointName endpoint)
    {
        var scaling = Of(endpoint);
        var scaled = Scaled.GetValueOrDefault(endpoint);
        if (scaling.Max > 1)
        {
            var (inFlight, held, replicas) = scaled?.Set.View() ?? (0, 0, []);
            return new()
            {
                Endpoint = endpoint,
                Min = scaling.Min,
                Max = scaling.Max,
                TargetConcurrency = scaling.TargetConcurrency,
                Wanted = scaled?.Policy.Wanted ?? scaling.Min,
                Ready = replicas.Count(r => r.State == ReplicaState.Ready),
                InFlight = inFlight,
                Held = held,
                Replicas = replicas,
                History = scaled?.History ?? [],
            };
        }

        // The server itself is the one.
        var route = routes.Find(endpoint.Value);
        var ready = route?.Served is null ? 0 : 1;
        return new()
        {
            Endpoint = endpoint,
            Min = scaling.Min,
            Max = scaling.Max,
            TargetConcurrency = scaling.TargetConcurrency,
            Wanted = 1,
            Ready = ready,
            InFlight = 0,
            Held = 0,
            Replicas =
                ready == 0
                    ? []
                    : [new(Environment.ProcessId, ReplicaState.Ready, route!.At, 0, route.Counters.Predictions)],
            History = [],
        };
    }
}
