namespace Millrace.Serving.Autoscaling;

/// <summary>
/// How many replicas an endpoint should have. Knative's autoscaler (windows, panic, limits a step) with three changes:
/// replicas that start count, and requests that wait for them are not a reason to start more; between calm and panic it goes
/// up as soon as the short window leaves no headroom; it goes down only where one fewer would be comfortable.
/// Reads no clock and does nothing: the same observations give the same numbers. See docs/decisions/0042.
/// </summary>
internal sealed class ScalingPolicy
{
    /// <summary>Going down must leave the fewer replicas this much of their planned load: else noise at a border flaps.</summary>
    private const double Comfort = 0.9;

    private readonly LoadHistory load = new();
    private readonly LoadHistory arrivals = new();
    private readonly LoadHistory service = new();
    private DateTimeOffset? panicked;
    private DateTimeOffset? busy;
    private DateTimeOffset settling;

    public int Wanted { get; private set; }

    public int Decide(ScalingRules rules, in ScalingObservation seen)
    {
        Remember(rules, seen);
        var planned = rules.Target * rules.Utilisation;
        var calm = load.Mean(seen.At, rules.StableWindow);
        var burst = load.Mean(seen.At, rules.PanicWindow);
        var there = seen.Ready + seen.Starting;

        if (burst / planned >= rules.PanicThreshold * Math.Max(1, there))
        {
            panicked = seen.At;
        }
        else if (seen.At - panicked > rules.StableWindow)
        {
            panicked = null;
        }

        // Short of panic, what the short window needs without any headroom is needed already.
        var needed = Math.Max(Replicas(calm, planned), Replicas(burst, panicked is null ? rules.Target : planned));
        var wanted =
            needed >= Wanted ? Math.Min(needed, Up(rules, there))
            : panicked is not null || seen.Starting > 0 || calm > Comfort * planned * (Wanted - 1) ? Wanted
            : Math.Max(needed, (int)Math.Ceiling(Wanted / rules.MaxDown));
        Wanted = Math.Clamp(AtRest(rules, seen, wanted), rules.Min, rules.Max);
        return Wanted;
    }

    /// <summary>One stays until the grace is over; then none do, or as few as may be.</summary>
    private int AtRest(ScalingRules rules, in ScalingObservation seen, int wanted)
    {
        if (seen.Concurrency > 0)
        {
            busy = seen.At;
            return Math.Max(wanted, 1);
        }

        if (busy is { } last && seen.At - last < rules.IdleGrace)
        {
            return Math.Max(wanted, 1);
        }

        panicked = null;
        return 0;
    }

    private void Remember(ScalingRules rules, in ScalingObservation seen)
    {
        arrivals.Add(seen.At, seen.ArrivalsPerSecond, rules.PanicWindow);
        if (seen.ServiceSeconds > 0)
        {
            service.Add(seen.At, seen.ServiceSeconds, rules.StableWindow);
        }

        // What gathered while they started is worked off in a while; until then it says nothing of the load.
        if (seen.Starting > 0)
        {
            settling = seen.At + (rules.PanicWindow / 2);
        }

        var there = seen.Ready + seen.Starting;
        var concurrency = seen.Concurrency;
        if (seen.At < settling && there > 0)
        {
            // Little's law: what is at work on average is what arrives, times what each takes.
            var steady = arrivals.Mean(seen.At, rules.PanicWindow) * service.Mean(seen.At, rules.StableWindow);
            concurrency = Math.Min(concurrency, Math.Max(steady, there * rules.Target * rules.Utilisation));
        }

        load.Add(seen.At, concurrency, rules.StableWindow);
    }

    private static int Replicas(double concurrency, double each) => (int)Math.Ceiling((concurrency / each) - 1e-9);

    private static int Up(ScalingRules rules, int there) => (int)Math.Ceiling(Math.Max(1, there) * rules.MaxUp);
}
