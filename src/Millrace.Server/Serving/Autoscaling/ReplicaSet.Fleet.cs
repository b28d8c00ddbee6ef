using System.Collections.Concurrent;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Serving.Autoscaling;

/// <summary>Starting and stopping: what the controller asks for.</summary>
internal sealed partial class ReplicaSet
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly Dictionary<Replica, Task> lives = [];
    private readonly ConcurrentQueue<int> dead = new();
    private DateTimeOffset notBefore;
    private int failures;

    /// <summary>One step towards a number: starts what lacks, drains what is too much, ends what drains for too long.</summary>
    /// <param name="wanted">How many there should be.</param>
    /// <param name="packages">What a new one opens before it is ready.</param>
    /// <param name="ct">Ends every one that is started here.</param>
    public void ScaleTo(int wanted, IReadOnlyList<ReplicaPackage> packages, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            var there = replicas.Count(r => r.State != ReplicaState.Stopping);
            for (; there < wanted && now >= notBefore; there++)
            {
                var replica = new Replica(now);
                replicas.Add(replica);
                lives[replica] = LiveAsync(replica, packages, ct);
            }

            // Those that are not ready yet first, then those with the least to do.
            var leaving = replicas
                .Where(r => r.State != ReplicaState.Stopping)
                .OrderByDescending(r => r.State == ReplicaState.Starting)
                .ThenBy(r => r.InFlight)
                .Take(there - wanted)
                .ToList();
            foreach (var replica in leaving)
            {
                (replica.State, replica.Since) = (ReplicaState.Stopping, now);
                CloseWhereDrained(replica);
            }

            foreach (var replica in replicas.Where(r => r.State == ReplicaState.Stopping))
            {
                if (now - replica.Since > options.DrainTimeout)
                {
                    replica.Kill();
                }
            }
        }
    }

    public bool IsEmpty
    {
        get
        {
            lock (gate)
            {
                return replicas.Count == 0 && waiting.Count == 0;
            }
        }
    }

    /// <summary>The process id of one that died unasked, each once.</summary>
    public bool TryTakeDead(out int process) => dead.TryDequeue(out process);

    /// <summary>Ends when all have ended.</summary>
    public Task EndedAsync()
    {
        lock (gate)
        {
            return Task.WhenAll(lives.Values);
        }
    }

    /// <summary>A replica from its start to its end, which may be any: the edge where what it threw is logged.</summary>
    private async Task LiveAsync(Replica replica, IReadOnlyList<ReplicaPackage> packages, CancellationToken ct)
    {
        // Not within the lock of whoever starts it.
        await Task.Yield();
        try
        {
            using (var patience = new CancellationTokenSource(options.StartTimeout, time))
            using (var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token))
            {
                await replica.StartAsync(packages, options.SimulatedLatency, either.Token);
            }

            Began(replica);
            await replica.ExitedAsync(ct);
        }
        catch (Exception ex)
        {
            if (!ct.IsCancellationRequested)
            {
                Failed(replica, ex);
            }
        }

        lock (gate)
        {
            if (replica.State == ReplicaState.Ready && !ct.IsCancellationRequested)
            {
                // Nobody had asked it anything when it died.
                dead.Enqueue(replica.ProcessId);
                LogDied(endpoint, replica.ProcessId);
            }

            replicas.Remove(replica);
        }

        signal.Raise();
        await replica.DisposeAsync();
        lock (gate)
        {
            lives.Remove(replica);
        }
    }

    private void Began(Replica replica)
    {
        lock (gate)
        {
            failures = 0;
            if (replica.State == ReplicaState.Starting)
            {
                (replica.State, replica.Since) = (ReplicaState.Ready, time.GetUtcNow());
                Pump();
            }
            else
            {
                // It was stopped before it was there.
                CloseWhereDrained(replica);
            }
        }
    }

    private void Failed(Replica replica, Exception exception)
    {
        lock (gate)
        {
            // It was stopped before it was there.
            if (replica.State == ReplicaState.Stopping)
            {
                return;
            }

            failures++;
            var pause = TimeSpan.FromMilliseconds(250 * Math.Pow(2, Math.Min(failures, 10)));
            notBefore = time.GetUtcNow() + (pause < LongestPause ? pause : LongestPause);
        }

        LogFailed(exception, endpoint);
    }

    [LoggerMessage(LogLevel.Warning, "Endpoint {Endpoint}: replica {Process} died idle, and is replaced")]
    private partial void LogDied(EndpointName endpoint, int process);

    [LoggerMessage(LogLevel.Error, "Endpoint {Endpoint}: a replica did not start; another try follows after a pause")]
    private partial void LogFailed(Exception exception, EndpointName endpoint);
}
