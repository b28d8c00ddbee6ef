using Millrace.Serving.Autoscaling;
using Xunit;

namespace Millrace.Server.Tests.Serving;

public sealed class ScalingPolicyTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    private static readonly ScalingRules Rules = new()
    {
        Min = 0,
        Max = 20,
        Target = 10,
    };

    [Fact]
    public void A_first_request_wakes_one()
    {
        var policy = new ScalingPolicy();

        Assert.Equal(0, policy.Decide(Rules, Seen(0, 0, ready: 0)));
        Assert.Equal(1, policy.Decide(Rules, Seen(1, 1, ready: 0)));
    }

    [Fact]
    public void Requests_that_wait_for_replicas_that_start_do_not_start_more()
    {
        var policy = new ScalingPolicy();
        policy.Decide(Rules, Seen(0, 5, ready: 0));

        // Twenty a second come and wait, for eight seconds; each would take a tenth of a second.
        var wanted = Enumerable
            .Range(1, 8)
            .Select(s => policy.Decide(Rules, Seen(s, 5 + (20 * s), ready: 0, starting: 1, arrivals: 20, service: 0.1)))
            .ToList();
        // It is there, and works off what gathered.
        wanted.Add(policy.Decide(Rules, Seen(9, 110, ready: 1, arrivals: 20, service: 0.1)));
        wanted.Add(policy.Decide(Rules, Seen(10, 40, ready: 1, arrivals: 20, service: 0.1)));

        Assert.All(wanted, w => Assert.Equal(1, w));
    }

    [Fact]
    public void A_burst_is_met_within_the_panic_window_and_not_taken_back_while_it_may_return()
    {
        var policy = new ScalingPolicy();
        Run(policy, 0, 60, 5, ready: 1);

        var burst = Run(policy, 60, 6, 70, ready: 1);
        var after = Run(policy, 66, 30, 5, ready: 10);

        Assert.InRange(burst[^1], 8, 12);
        Assert.All(after, w => Assert.Equal(after[0], w));
    }

    [Fact]
    public void Calm_load_comes_down_by_half_a_step_and_sleeps_after_the_grace()
    {
        var policy = new ScalingPolicy();
        Run(policy, 0, 60, 100, ready: 15);
        var high = policy.Wanted;

        var down = Run(policy, 60, 180, 5, ready: high);
        var idle = Run(policy, 240, 40, 0, ready: 1);

        Assert.Equal(1, down[^1]);
        Assert.All(down.Zip(down.Skip(1)), p => Assert.True(p.Second >= p.First / 2));
        Assert.Equal((1, 0), (idle[20], idle[^1]));
    }

    [Fact]
    public void Noise_at_a_border_between_two_numbers_does_not_flap()
    {
        var policy = new ScalingPolicy();
        var random = new Random(42);
        var wanted = new List<int>();
        for (var s = 0; s < 600; s++)
        {
            // Two replicas' planned load is 14.
            wanted.Add(policy.Decide(Rules, Seen(s, 14 + (2 * (random.NextDouble() - 0.5)), ready: policy.Wanted)));
        }

        Assert.InRange(wanted.Zip(wanted.Skip(1)).Count(p => p.First != p.Second), 0, 2);
    }

    [Fact]
    public void It_stays_within_its_bounds()
    {
        var rules = Rules with { Min = 2, Max = 4 };
        var policy = new ScalingPolicy();

        Assert.Equal(2, policy.Decide(rules, Seen(0, 0, ready: 0)));
        Assert.Equal(4, Run(policy, 1, 10, 1000, ready: 2, rules)[^1]);
    }

    private static List<int> Run(
        ScalingPolicy policy,
        int from,
        int seconds,
        double concurrency,
        int ready,
        ScalingRules? rules = null
    ) => [.. Enumerable.Range(from, seconds).Select(s => policy.Decide(rules ?? Rules, Seen(s, concurrency, ready)))];

    private static ScalingObservation Seen(
        int second,
        double concurrency,
        int ready,
        int starting = 0,
        double arrivals = 0,
        double service = 0
    ) => new(Start.AddSeconds(second), concurrency, arrivals, service, ready, starting);
}
