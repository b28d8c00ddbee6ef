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

    [Fact]
    public void What_the_schedule_owes_is_tried_again_after_the_wait_and_not_a_whole_period_later()
    {
        var monthly = Both with { Every = TimeSpan.FromDays(30) };
        var failed = After(TimeSpan.FromDays(1.9)) with { Failures = 1, LastDoneAt = Start.AddDays(-30) };
        Assert.Null(TriggerPolicy.Decide(monthly, failed));
        Assert.Equal(
            new Trigger(TriggerKind.Schedule, "Every 30 days, and the last one failed."),
            TriggerPolicy.Decide(monthly, failed with { Now = Start.AddDays(2) })
        );
        Assert.Null(TriggerPolicy.Decide(monthly with { Every = null }, failed with { Now = Start.AddDays(2) }));
    }

    [Fact]
    public void What_failed_between_neither_fulfils_the_schedule_nor_is_owed_by_it()
    {
        var failed = After(TimeSpan.FromDays(3)) with { Failures = 1, LastDoneAt = Start.AddDays(-2) };
        Assert.Null(TriggerPolicy.Decide(Both, failed));
        Assert.NotNull(TriggerPolicy.Decide(Both, failed with { Now = Start.AddDays(5) }));
    }

    [Theory]
    [InlineData(15, "Every 15 seconds.")]
    [InlineData(90, "Every 1.5 minutes.")]
    public void Short_periods_are_said_in_their_own_unit(int seconds, string reason) =>
        Assert.Equal(
            reason,
            TriggerPolicy
                .Decide(
                    Both with
                    {
                        Every = TimeSpan.FromSeconds(seconds),
                        Cooldown = TimeSpan.Zero,
                    },
                    After(TimeSpan.FromDays(1))
                )!
                .Reason
        );

    private static TriggerObservation After(TimeSpan time) =>
        new()
        {
            Now = Start + time,
            LastStartedAt = Start,
            LastDoneAt = Start,
        };
}
