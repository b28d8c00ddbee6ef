using Millrace.Api;
using Millrace.Loop.Reconciling;
using Xunit;
using static Millrace.Tests.Loop.Observed;

namespace Millrace.Tests.Loop;

public sealed class LoopStagesTests
{
    [Fact]
    public void Stages_say_what_is_done_what_goes_on_and_what_waits()
    {
        var stages = LoopStages.Describe(Ingested with { Runs = [Run(RunState.Running, null) with { Done = 0.5 }] });

        Assert.Equal(
            [
                StageState.Done,
                StageState.Running,
                StageState.Waiting,
                StageState.Waiting,
                StageState.Waiting,
                StageState.Absent,
            ],
            stages.Select(s => s.State)
        );
        Assert.Equal(0.5, stages[1].Done);
        Assert.Equal(StageState.Running, LoopStages.Overall(stages));
    }

    [Fact]
    public void What_serves_is_told_while_a_newer_version_is_still_on_its_way()
    {
        var training = Ingested with { Runs = [Run(RunState.Running, null)] };

        Assert.Equal("", Deploy(training).Headline);
        var again = Deploy(training with { Champion = new(new("other"), new(7)) });
        Assert.Equal((StageState.Waiting, "other v7 serves on"), (again.State, again.Headline));

        static StageView Deploy(LoopObservation seen) => LoopStages.Describe(seen).Single(s => s.Name is Stage.Deploy);
    }
}
