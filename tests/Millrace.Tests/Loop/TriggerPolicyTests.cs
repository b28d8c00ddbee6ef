using Millrace.Api;
using Millrace.Engine.Declarations;
using Millrace.Loop.Triggers;
using Xunit;

namespace Millrace.Tests.Loop;

public sealed class TriggerPolicyTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);

    private static readonly RetrainDeclaration Both = new()
    {
        OnHarm = true,
        Every = TimeSpan.FromDays(7),
        Cooldown = TimeSpan.FromDays(1),
    };

    [Fact]
    public void Harm_retrains_once_the_cooldown_is_over()
    {
        Assert.Null(TriggerPolicy.Decide(Both, After(TimeSpan.FromHours(23)) with { Harm = "worse" }));
        Assert.Equal(
            new Trigger(TriggerKind.Harm, "worse"),
            TriggerPolicy.Decide(Both, After(TimeSpan.FromDays(1)) with { Harm = "worse" })
        );
    }

    [Fact]
    public void The_schedule_retrains_without_harm_and_says_so()
    {
        Assert.Null(TriggerPolicy.Decide(Both, After(TimeSpan.FromDays(6.9))));
        Assert.Equal(
            new Trigger(TriggerKind.Schedule, "Every 7 days."),
            TriggerPolicy.Decide(Both, After(TimeSpan.FromDays(7)))
        );
    }

    [Fact]
    public void Harm_is_ignored_where_only_the_schedule_is_declared() =>
        Assert.Null(
            TriggerPolicy.Decide(Both with { OnHarm = false }, After(TimeSpan.FromDays(3)) with { Harm = "worse" })
        );

    [Fact]
    public void There_is_never_a_second_retraining_beside_one() =>
        Assert.Null(TriggerPolicy.Decide(Both, After(TimeSpan.FromDays(30)) with { Harm = "worse", IsRunning = true }));

    [Fact]
    public void Each_failure_doubles_the_wait_up_to_a_month()
    {
        Assert.Null(TriggerPolicy.Decide(Both, After(TimeSpan.FromDays(3.9)) with { Harm = "worse", Failures = 2 }));
        Assert.NotNull(TriggerPolicy.Decide(Both, After(TimeSpan.FromDays(4)) with { Harm = "worse", Failures = 2 }));
        Assert.Equal(TimeSpan.FromDays(32), TriggerPolicy.Wait(TimeSpan.FromDays(1), 99));
    }

    private static TriggerObservation After(TimeSpan time) => new() { Now = Start + time, LastStartedAt = Start };
}
