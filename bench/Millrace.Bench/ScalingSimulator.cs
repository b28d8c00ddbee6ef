using Millrace.Serving.Autoscaling;

namespace Millrace.Bench;

/// <summary>What a policy made of a trace.</summary>
/// <param name="ReplicaSeconds">Paid for: from the start of a replica to its end.</param>
/// <param name="P95Wait">Seconds from a request's arrival to a replica's beginning with it.</param>
internal sealed record SimulatedScaling(
    double ReplicaSeconds,
    double P50Wait,
    double P95Wait,
    double P99Wait,
    int Changes,
    int Most
);

/// <summary>
/// A small queueing model in steps of 10 ms: seeded Poisson arrivals, exponential service, replicas that work on at most
/// their target at once and take a while to start, the oldest request first.
/// </summary>
internal static class ScalingSimulator
{
    private const double Step = 0.01;
    private const double StartUp = 4;
    private const double Service = 0.2;

    private sealed class Replica
    {
        public double ReadyAt { get; init; }

        public bool IsLeaving { get; set; }

        public List<double> EndsAt { get; } = [];
    }

    public static SimulatedScaling Run(
        ScalingRules rules,
        Func<double, double> ratePerSecond,
        double seconds,
        int seed,
        Func<ScalingRules, ScalingObservation, int> decide
    )
    {
        var random = new Random(seed);
        var replicas = new List<Replica>();
        var waiting = new Queue<double>();
        var waits = new List<double>();
        var paid = 0.0;
        var changes = 0;
        var wanted = 0;
        var most = 0;
        var (area, arrived, served, serviceTime) = (0.0, 0, 0, 0.0);
        var steps = (int)(seconds / Step);
        var looks = (int)(1 / Step);
        for (var i = 0; i < steps; i++)
        {
            var now = i * Step;
            for (var n = Poisson(random, ratePerSecond(now) * Step); n > 0; n--)
            {
                waiting.Enqueue(now);
                arrived++;
            }

            foreach (var replica in replicas)
            {
                replica.EndsAt.RemoveAll(end => end <= now);
            }

            replicas.RemoveAll(r => r.IsLeaving && r.EndsAt.Count == 0);
            while (waiting.Count > 0 && Free(replicas, rules, now) is { } free)
            {
                var took = -Service * Math.Log(1 - random.NextDouble());
                free.EndsAt.Add(now + took);
                waits.Add(now - waiting.Dequeue());
                (served, serviceTime) = (served + 1, serviceTime + took);
            }

            paid += replicas.Count * Step;
            area += (waiting.Count + replicas.Sum(r => r.EndsAt.Count)) * Step;
            if (i % looks == looks - 1)
            {
                var there = replicas.Where(r => !r.IsLeaving).ToList();
                var next = decide(
                    rules,
                    new(
                        DateTimeOffset.UnixEpoch.AddSeconds(now),
                        area,
                        arrived,
                        served > 0 ? serviceTime / served : 0,
                        there.Count(r => r.ReadyAt <= now),
                        there.Count(r => r.ReadyAt > now)
                    )
                );
                (area, arrived, served, serviceTime) = (0, 0, 0, 0);
                changes += next == wanted ? 0 : 1;
                wanted = next;
                most = Math.Max(most, wanted);
                for (var n = there.Count; n < wanted; n++)
                {
                    replicas.Add(new() { ReadyAt = now + StartUp });
                }

                foreach (
                    var leaving in there
                        .OrderByDescending(r => r.ReadyAt > now)
                        .ThenBy(r => r.EndsAt.Count)
                        .Take(there.Count - wanted)
                )
                {
                    leaving.IsLeaving = true;
                }
            }
        }

        waits.AddRange(waiting.Select(at => seconds - at));
        waits.Sort();
        return new(paid, At(waits, 0.5), At(waits, 0.95), At(waits, 0.99), changes, most);
    }

    private static Replica? Free(List<Replica> replicas, ScalingRules rules, double now) =>
        replicas
            .Where(r => !r.IsLeaving && r.ReadyAt <= now && r.EndsAt.Count < rules.Target)
            .MinBy(r => r.EndsAt.Count);

    private static double At(List<double> sorted, double q) =>
        sorted.Count == 0 ? 0 : sorted[(int)Math.Min(q * sorted.Count, sorted.Count - 1)];

    private static int Poisson(Random random, double mean)
    {
        var limit = Math.Exp(-mean);
        var product = random.NextDouble();
        var n = 0;
        while (product > limit)
        {
            product *= random.NextDouble();
            n++;
        }

        return n;
    }
}
