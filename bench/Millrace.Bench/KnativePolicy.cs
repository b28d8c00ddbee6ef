using Millrace.Serving.Autoscaling;

namespace Millrace.Bench;

/// <summary>
/// The baseline: Knative's pod autoscaler with its defaults, as its documentation states it. Wanted is concurrency over
/// target times utilisation, over a stable and a panic window; panic at twice what is ready; at most ×1000 up and ÷2 down.
/// </summary>
internal sealed class KnativePolicy
{
    private readonly LoadHistory load = new();
    private DateTimeOffset? panicked;
    private DateTimeOffset? empty;
    private int wanted;
    private int panicWanted;

    public int Decide(ScalingRules rules, in ScalingObservation seen)
    {
        load.Add(seen.At, seen.Concurrency, rules.StableWindow);
        var planned = rules.Target * rules.Utilisation;
        var stable = load.Mean(seen.At, rules.StableWindow);
        var burst = load.Mean(seen.At, rules.PanicWindow);
        var ready = Math.Max(1, seen.Ready);
        var up = (int)Math.Ceiling(ready * 1000.0);
        var down = seen.Ready / 2;
        var wantStable = Math.Clamp((int)Math.Ceiling(stable / planned), down, up);
        var wantBurst = Math.Clamp((int)Math.Ceiling(burst / planned), down, up);
        if (burst / planned >= 2 * ready)
        {
            panicked = seen.At;
        }
        else if (seen.At - panicked > rules.StableWindow)
        {
            (panicked, panicWanted) = (null, 0);
        }

        if (panicked is not null)
        {
            panicWanted = Math.Max(panicWanted, wantBurst);
            wanted = panicWanted;
        }
        else
        {
            wanted = wantStable;
        }

        wanted = Math.Clamp(AtRest(rules, seen, stable), rules.Min, rules.Max);
        return wanted;
    }

    private int AtRest(ScalingRules rules, in ScalingObservation seen, double stable)
    {
        if (stable > 0)
        {
            empty = null;
            return Math.Max(wanted, 1);
        }

        empty ??= seen.At;
        return seen.At - empty < rules.IdleGrace && seen.Ready > 0 ? 1 : 0;
    }
}
