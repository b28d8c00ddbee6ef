using System.Text.Json;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Loop.Reconciling;
using Xunit;
using static Millrace.Tests.Loop.Observed;

namespace Millrace.Tests.Loop;

public sealed class LoopPolicyTests
{
    [Fact]
    public void A_loop_that_is_only_declared_ingests() =>
        Assert.IsType<LoopStep.StartIngest>(LoopPolicy.Decide(Declared));

    [Fact]
    public void While_the_ingestion_works_the_loop_waits() =>
        Assert.IsType<LoopStep.Wait>(LoopPolicy.Decide(Declared with { Ingest = Job(JobState.Running, null, null) }));

    [Fact]
    public void The_version_that_an_ingestion_gave_is_adopted()
    {
        var result = JsonSerializer.SerializeToElement(
            new IngestView(new("churn"), new(3), "h", 10, 0, true, 1, []),
            Json.Options
        );

        var step = LoopPolicy.Decide(Declared with { Ingest = Job(JobState.Succeeded, null, result) });

        Assert.Equal(new VersionNumber(3), Assert.IsType<LoopStep.AdoptDataset>(step).Version);
    }

    [Fact]
    public void A_failed_ingestion_stops_the_loop_with_its_reason()
    {
        var step = LoopPolicy.Decide(Declared with { Ingest = Job(JobState.Failed, "customers.csv is empty.", null) });

        Assert.Equal(new LoopStep.Stop(Stage.Ingest, "customers.csv is empty."), step);
    }

    [Fact]
    public void Data_is_learned_from() => Assert.IsType<LoopStep.StartRuns>(LoopPolicy.Decide(Ingested));

    [Theory]
    [InlineData("range", "50%", false)]
    [InlineData("range", "60%", true)]
    [InlineData("unique", "50%", true)]
    public void Data_of_which_most_rows_broke_the_contract_is_not_learned_from(string rule, string most, bool isLearned)
    {
        var step = LoopPolicy.Decide(
            Ingested with
            {
                Wanted = LoopReader.Read(
                    $"""
                    loop: churn
                    data: {"{"} source: customers.csv, max_quarantined: {most} {"}"}
                    model: {"{"} task: classify, target: left, try: lightgbm {"}"}
                    """
                ),
                Dataset = new(new(3), 100, 4, 6, 1, "h", Now),
                Broken = [new("stars", rule, 6)],
            }
        );

        if (isLearned)
        {
            Assert.IsType<LoopStep.StartRuns>(step);
            return;
        }

        var stop = Assert.IsType<LoopStep.Stop>(step);
        Assert.Equal(Stage.Ingest, stop.AtStage);
        Assert.StartsWith(
            "6 of the 10 rows that became churn v3 broke the contract, more than data.max_quarantined (50%): stars range (6). Look",
            stop.Why,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_best_run_is_registered_and_a_failed_one_does_not_hinder_it()
    {
        var best = Run(RunState.Finished, 0.8);
        var seen = Ingested with { Runs = [Run(RunState.Finished, 0.7), best, Run(RunState.Failed, null)] };

        Assert.Equal(new LoopStep.Register(best.Id), LoopPolicy.Decide(seen));
    }

    [Fact]
    public void Of_a_metric_that_should_be_low_the_lowest_is_best()
    {
        var best = Run(RunState.Finished, 0.2) with { HigherIsBetter = false };
        var worse = Run(RunState.Finished, 0.4) with { HigherIsBetter = false };

        Assert.Equal(best, LoopPolicy.Best([worse, best]));
    }

    [Fact]
    public void Nothing_is_registered_while_a_run_goes_on() =>
        Assert.IsType<LoopStep.Wait>(
            LoopPolicy.Decide(Ingested with { Runs = [Run(RunState.Finished, 0.7), Run(RunState.Running, null)] })
        );

    [Fact]
    public void Where_every_run_failed_the_loop_stops_and_says_why() =>
        Assert.EndsWith(
            "out of memory.",
            Assert.IsType<LoopStep.Stop>(LoopPolicy.Decide(Ingested with { Runs = [Run(RunState.Failed, null)] })).Why,
            StringComparison.Ordinal
        );

    [Fact]
    public void What_every_run_failed_of_is_said_once()
    {
        var other = Run(RunState.Failed, null) with { Name = "other", Error = "no such column." };
        var seen = Ingested with { Runs = [Run(RunState.Failed, null), other, Run(RunState.Failed, null)] };

        var why = Assert.IsType<LoopStep.Stop>(LoopPolicy.Decide(seen)).Why;

        Assert.Equal(
            "No run finished. lightgbm on churn v3, lightgbm on churn v3: out of memory. other: no such column.",
            why
        );
        Assert.Equal(
            "No run finished: no such column.",
            Assert.IsType<LoopStep.Stop>(LoopPolicy.Decide(seen with { Runs = [other, other] })).Why
        );
    }

    [Fact]
    public void A_version_is_tested_before_it_serves() =>
        Assert.IsType<LoopStep.StartGates>(LoopPolicy.Decide(Registered));

    [Fact]
    public void A_version_that_failed_a_gate_is_not_deployed()
    {
        var failed = Registered with { GatesAsked = true, Version = Version(Blessing.Failed) };

        var stop = Assert.IsType<LoopStep.Stop>(LoopPolicy.Decide(failed));

        Assert.Equal(Stage.Gates, stop.AtStage);
        Assert.Contains("auc 0.4 is below 0.5", stop.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_blessed_version_is_deployed_once()
    {
        var blessed = Registered with { GatesAsked = true, Version = Version(Blessing.Passed) };

        Assert.IsType<LoopStep.Deploy>(LoopPolicy.Decide(blessed));
        var end = Assert.IsType<LoopStep.End>(LoopPolicy.Decide(blessed with { DeployedAt = Now }));
        Assert.Equal(RetrainingState.Promoted, end.State);
        Assert.IsType<LoopStep.Rest>(LoopPolicy.Decide(blessed with { State = RetrainingState.Promoted }));
    }

    [Fact]
    public void Monitor_and_scaling_come_before_everything() =>
        Assert.IsType<LoopStep.Prepare>(LoopPolicy.Decide(Declared with { Prepared = false }));

    [Fact]
    public void Where_outcomes_are_a_source_they_are_written_out_before_the_ingestion()
    {
        var source = Declared.Wanted.Data.Source with { Predictions = true };
        var seen = Declared with
        {
            Wanted = Declared.Wanted with { Data = Declared.Wanted.Data with { Source = source } },
        };

        Assert.IsType<LoopStep.ExportJoined>(LoopPolicy.Decide(seen));
        Assert.IsType<LoopStep.StartIngest>(LoopPolicy.Decide(seen with { Joined = true }));
        Assert.Equal(
            new LoopStep.AdoptDataset(new(2)),
            LoopPolicy.Decide(seen with { Joined = true, HasWork = false, Newest = new(2) })
        );
        Assert.IsType<LoopStep.Stop>(LoopPolicy.Decide(seen with { Joined = true, HasWork = false }));
    }

    [Fact]
    public void Beside_a_champion_of_its_model_a_version_begins_with_a_share_of_the_traffic()
    {
        var blessed = Registered with
        {
            GatesAsked = true,
            Version = Version(Blessing.Passed),
            Champion = new(new("churn"), new(7)),
        };

        Assert.IsType<LoopStep.StartRollout>(LoopPolicy.Decide(blessed));
        Assert.IsType<LoopStep.Wait>(LoopPolicy.Decide(blessed with { Rollout = Rollout(RolloutState.Running) }));
        Assert.IsType<LoopStep.Deploy>(LoopPolicy.Decide(blessed with { Rollout = Rollout(RolloutState.Promoted) }));
        Assert.Equal(
            new LoopStep.End(RetrainingState.Kept, "It is worse."),
            LoopPolicy.Decide(blessed with { Rollout = Rollout(RolloutState.RolledBack) })
        );
    }

    [Fact]
    public void Harm_that_began_after_a_scheduled_training_ends_its_rollout()
    {
        var rolling = Registered with
        {
            Wanted = Declared.Wanted with { Retrain = new() { OnHarm = true } },
            Trigger = TriggerKind.Schedule,
            StartedAt = Now,
            GatesAsked = true,
            Version = Version(Blessing.Passed),
            Champion = new(new("churn"), new(7)),
            Rollout = Rollout(RolloutState.Running),
            Harm = Harm(Now.AddDays(1)),
        };

        Assert.IsType<LoopStep.AbortRollout>(LoopPolicy.Decide(rolling));
        Assert.IsType<LoopStep.Wait>(LoopPolicy.Decide(rolling with { Harm = Harm(Now.AddDays(-1)) }));
        Assert.IsType<LoopStep.Wait>(LoopPolicy.Decide(rolling with { Trigger = TriggerKind.Harm }));
    }

    [Fact]
    public void A_model_of_another_name_at_the_endpoint_is_replaced_at_once() =>
        Assert.IsType<LoopStep.Deploy>(
            LoopPolicy.Decide(
                Registered with
                {
                    GatesAsked = true,
                    Version = Version(Blessing.Passed),
                    Champion = new(new("other"), new(7)),
                }
            )
        );

    [Fact]
    public void A_retraining_that_learned_nothing_new_leaves_what_serves()
    {
        var same = Registered with
        {
            GatesAsked = true,
            Trigger = TriggerKind.Schedule,
            Version = Version(Blessing.Passed),
            Champion = new(new("churn"), new(1)),
        };

        Assert.Equal(RetrainingState.Kept, Assert.IsType<LoopStep.End>(LoopPolicy.Decide(same)).State);
        Assert.IsType<LoopStep.End>(
            LoopPolicy.Decide(same with { StartedAt = Now, ChampionSince = Now.AddSeconds(-1) })
        );
        // It deployed the version and was killed before it noted so.
        Assert.IsType<LoopStep.Deploy>(
            LoopPolicy.Decide(same with { StartedAt = Now, ChampionSince = Now.AddSeconds(1) })
        );
    }

    [Theory]
    [InlineData(TriggerKind.Harm, true)]
    [InlineData(TriggerKind.Schedule, true)]
    [InlineData(TriggerKind.Person, false)]
    [InlineData(TriggerKind.Applied, false)]
    public void What_was_taken_back_returns_by_a_persons_will_only(TriggerKind trigger, bool kept)
    {
        var again = Registered with
        {
            GatesAsked = true,
            Trigger = trigger,
            Version = Version(Blessing.Passed),
            Champion = new(new("churn"), new(7)),
            WasTakenBack = true,
        };

        Assert.Equal(kept, LoopPolicy.Decide(again) is LoopStep.End { State: RetrainingState.Kept });
    }
}
