using Millrace.Api;
using Millrace.Core;
using Millrace.Serving.Inference;
using Millrace.Serving.Routing;

namespace Millrace.Serving.Autoscaling;

/// <summary>
/// The replicas of one endpoint, and the requests that wait for room in them: the oldest first, each to the replica with the
/// least to do. A request whose replica dies goes to another, before all that wait.
/// </summary>
internal sealed partial class ReplicaSet(
    EndpointName endpoint,
    AutoscalingOptions options,
    ReplicaSignal signal,
    TimeProvider time,
    ILogger logger
)
{
    /// <summary>A row that kills this many replicas is taken to be the reason.</summary>
    private const int MaxAttempts = 3;

    private readonly Lock gate = new();
    private readonly List<Replica> replicas = [];
    private readonly LinkedList<TaskCompletionSource<Replica>> waiting = [];
    private readonly ReplicaLoad load = new(time);
    private int limit = 1;

    public EndpointName Endpoint => endpoint;

    /// <summary>The row in the scratch, scored by whichever replica has room.</summary>
    public async Task<RemoteResult> ScoreAsync(ServedModel served, Scratch scratch, int count, CancellationToken ct)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (await TakeAsync(again: attempt > 0, ct) is not { } replica)
            {
                return RemoteResult.Busy;
            }

            var started = time.GetTimestamp();
            var answered = false;
            using var patience = new CancellationTokenSource(options.AnswerTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
            try
            {
                var result = await replica.ScoreAsync(served, scratch, count, either.Token);
                answered = true;
                return result;
            }
            catch (Exception ex) when (!ct.IsCancellationRequested && IsItsFault(ex))
            {
                scratch.ClearOutput();
                Lose(replica, ex);
            }
            finally
            {
                GiveBack(replica, answered ? time.GetElapsedTime(started) : null);
            }
        }

        return RemoteResult.Busy;
    }

    /// <summary>What was seen since the last look.</summary>
    public ScalingObservation Observe()
    {
        lock (gate)
        {
            return load.Look(
                time.GetUtcNow(),
                replicas.Count(r => r.State == ReplicaState.Ready),
                replicas.Count(r => r.State == ReplicaState.Starting)
            );
        }
    }

    /// <summary>How many requests each replica works on at once.</summary>
    public void SetLimit(double target)
    {
        lock (gate)
        {
            limit = Math.Max(1, (int)Math.Ceiling(target));
            Pump();
        }
    }

    public (int InFlight, int Held, IReadOnlyList<ReplicaView> Replicas) View()
    {
        lock (gate)
        {
            return (
                load.InFlight,
                waiting.Count,
                [.. replicas.Select(r => new ReplicaView(r.ProcessId, r.State, r.Since, r.InFlight, r.Answered))]
            );
        }
    }

    private static bool IsItsFault(Exception exception) =>
        exception is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException;

    /// <returns>Null where there is no room, and none in time.</returns>
    private async Task<Replica?> TakeAsync(bool again, CancellationToken ct)
    {
        LinkedListNode<TaskCompletionSource<Replica>> place;
        lock (gate)
        {
            if (!again)
            {
                load.Arrived();
            }

            if ((again || waiting.Count == 0) && Free() is { } free)
            {
                Hand(free);
                return free;
            }

            if (!again && waiting.Count >= options.MaxHeld)
            {
                return null;
            }

            var waiter = new TaskCompletionSource<Replica>(TaskCreationOptions.RunContinuationsAsynchronously);
            place = again ? waiting.AddFirst(waiter) : waiting.AddLast(waiter);
            load.SetHeld(waiting.Count);
            if (replicas.Count == 0)
            {
                signal.Raise();
            }
        }

        try
        {
            return await place.Value.Task.WaitAsync(options.HoldTimeout, time, ct);
        }
        catch (Exception ex) when (ex is TimeoutException or OperationCanceledException)
        {
            await LeaveAsync(place);
            ct.ThrowIfCancellationRequested();
            return null;
        }
    }

    /// <summary>Gives up waiting; a replica that was handed over in that very moment is given back.</summary>
    private async Task LeaveAsync(LinkedListNode<TaskCompletionSource<Replica>> place)
    {
        lock (gate)
        {
            if (place.List is not null)
            {
                waiting.Remove(place);
                load.SetHeld(waiting.Count);
                return;
            }
        }

        GiveBack(await place.Value.Task, null);
    }

    private Replica? Free()
    {
        Replica? least = null;
        foreach (var replica in replicas)
        {
            if (
                replica.State == ReplicaState.Ready
                && replica.InFlight < limit
                && (least is null || replica.InFlight < least.InFlight)
            )
            {
                least = replica;
            }
        }

        return least;
    }

    private void Hand(Replica replica)
    {
        replica.InFlight++;
        load.Began();
    }

    private void Pump()
    {
        while (waiting.First is { } first && Free() is { } free)
        {
            waiting.RemoveFirst();
            load.SetHeld(waiting.Count);
            Hand(free);
            first.Value.SetResult(free);
        }
    }

    private void GiveBack(Replica replica, TimeSpan? answeredIn)
    {
        lock (gate)
        {
            replica.InFlight--;
            load.Ended(answeredIn);
            if (answeredIn is not null)
            {
                replica.Answered++;
            }

            CloseWhereDrained(replica);
            Pump();
        }
    }

    private static void CloseWhereDrained(Replica replica)
    {
        if (replica is { State: ReplicaState.Stopping, InFlight: 0 })
        {
            replica.Close();
        }
    }

    private void Lose(Replica replica, Exception exception)
    {
        lock (gate)
        {
            if (replica.State == ReplicaState.Ready)
            {
                replica.State = ReplicaState.Stopping;
                dead.Enqueue(replica.ProcessId);
                LogLost(exception, endpoint, replica.ProcessId);
            }
        }

        replica.Kill();
    }

    [LoggerMessage(
        LogLevel.Warning,
        "Endpoint {Endpoint}: replica {Process} died or hung; what it had goes to another, and it is replaced"
    )]
    private partial void LogLost(Exception exception, EndpointName endpoint, int process);
}
