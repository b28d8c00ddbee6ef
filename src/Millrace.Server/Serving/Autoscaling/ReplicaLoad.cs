namespace Millrace.Serving.Autoscaling;

/// <summary>What a set of replicas has to do, added up between two looks. Guarded by its set.</summary>
internal sealed class ReplicaLoad(TimeProvider time)
{
    private long changed = time.GetTimestamp();
    private long looked = time.GetTimestamp();
    private double requestSeconds;
    private double serviceSeconds;
    private int answered;
    private int arrived;
    private int held;

    public int InFlight { get; private set; }

    public void Arrived() => arrived++;

    public void Began()
    {
        Add();
        InFlight++;
    }

    public void Ended(TimeSpan? answeredIn)
    {
        Add();
        InFlight--;
        if (answeredIn is { } took)
        {
            answered++;
            serviceSeconds += took.TotalSeconds;
        }
    }

    public void SetHeld(int count)
    {
        Add();
        held = count;
    }

    public ScalingObservation Look(DateTimeOffset now, int ready, int starting)
    {
        Add();
        var seconds = time.GetElapsedTime(looked, changed).TotalSeconds;
        var seen = new ScalingObservation(
            now,
            // A look right after another sees what is there.
            seconds > 0.001
                ? Math.Max(requestSeconds / seconds, seconds < 0.05 ? InFlight + held : 0)
                : InFlight + held,
            seconds > 0.001 ? arrived / seconds : 0,
            answered > 0 ? serviceSeconds / answered : 0,
            ready,
            starting
        );
        looked = changed;
        (requestSeconds, serviceSeconds, answered, arrived) = (0, 0, 0, 0);
        return seen;
    }

    private void Add()
    {
        var now = time.GetTimestamp();
        requestSeconds += (InFlight + held) * time.GetElapsedTime(changed, now).TotalSeconds;
        changed = now;
    }
}
