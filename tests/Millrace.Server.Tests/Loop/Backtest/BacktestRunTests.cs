using System.Globalization;
using System.Text;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Work;
using Millrace.Loop.Backtest;
using Xunit;
using static Millrace.Server.Tests.Loop.Backtest.Histories;

namespace Millrace.Server.Tests.Loop.Backtest;

/// <summary>Small histories lived through again, in this process: sixty days, from the thirty-first on predicted.</summary>
public sealed class BacktestRunTests : IDisposable
{
    private const string From = "2024-01-31";

    private readonly string folder = Directory.CreateTempSubdirectory("millrace-backtest-").FullName;
    private int runs;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Policy_never_trains_once_and_a_schedule_on_its_days()
    {
        var result = await RunAsync(Viewers(shiftAt: null), "never", "every:7d");

        var (never, weekly) = (result.Policies[0], result.Policies[1]);
        Assert.Equal(0, never.Retrainings);
        Assert.Empty(never.RetrainedAt);
        Assert.Equal(
            ["2024-02-07", "2024-02-14", "2024-02-21", "2024-02-28"],
            weekly.RetrainedAt.Select(at => at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
            StringComparer.Ordinal
        );
        Assert.True(weekly.ComputeSeconds > never.ComputeSeconds);
    }

    [Fact]
    public async Task Harm_retrains_after_a_shift_and_not_without_one()
    {
        var calm = (await RunAsync(Viewers(shiftAt: null), "harm")).Policies[0];
        Assert.Equal((0, 0), (calm.Retrainings, calm.Alarms));

        var shifted = await RunAsync(Viewers(shiftAt: 45), "never", "harm");
        var harm = shifted.Policies[1];
        var shift = new DateTimeOffset(2024, 2, 15, 0, 0, 0, TimeSpan.Zero);
        Assert.InRange(harm.Retrainings, 1, 8);
        Assert.All(harm.RetrainedAt, at => Assert.True(at > shift));
        Assert.True(harm.RetrainedAt[0] <= shift.AddDays(3));
        Assert.True(harm.Metric > shifted.Policies[0].Metric + 0.1);
    }

    [Fact]
    public async Task A_label_that_only_the_future_explains_stays_unknown()
    {
        // Each day has a mark of its own, and the label follows from it by chance: whoever knows the day's rows knows the label.
        var csv = new StringBuilder("at,day,x,y\n");
        var random = new Random(7);
        for (var day = 0; day < 60; day++)
        {
            var label = random.Next(2);
            for (var i = 0; i < 40; i++)
            {
                csv.Append(
                    CultureInfo.InvariantCulture,
                    $"{Date(day)}T{i / 2:00}:00:00,{day},{random.Next(100)},{(label == 1 ? "yes" : "no")}\n"
                );
            }
        }

        // A row that says nothing of when it happened has no place in a history.
        csv.Append(",60,1,yes\n,60,2,no\n");

        var result = await RunAsync(
            (
                Classify.Replace("at: { type: timestamp, required: true }", "at: timestamp", StringComparison.Ordinal),
                csv.ToString()
            ),
            "every:5d"
        );

        Assert.Contains("2 rows have no 'at' and were left out.", result.Notices, StringComparer.Ordinal);
        // A leak of the day itself would be right nearly always; the last label is, but for the first row of a day.
        Assert.InRange(result.Policies[0].Metric, 0.2, 0.8);
        Assert.True(result.Policies[0].Persistence > 0.9);
        Assert.Equal("accuracy", result.Metric);
    }

    [Fact]
    public async Task Nothing_that_first_happens_tomorrow_is_ever_recommended_today()
    {
        // Everybody watches the film of the day, which is out that day only: a single row of the future in a model would be a hit.
        var csv = new StringBuilder("at,user,item\n");
        for (var row = 0; row < 60 * 20; row++)
        {
            csv.Append(
                CultureInfo.InvariantCulture,
                $"{Date(row / 20)}T{row % 20:00}:00:00,{row % 97},{1000 + (row / 20)}\n"
            );
        }

        var result = await RunAsync((Viewers(shiftAt: null).Yaml, csv.ToString()), "every:1d", "never");

        Assert.All(result.Policies, p => Assert.Equal(0, p.Metric));
        Assert.True(result.Policies[0].Retrainings > 20);
        Assert.True(result.Policies[0].Baseline > 0.5);
        Assert.True(result.Outcomes > 500);
    }

    [Fact]
    public async Task Nothing_whose_outcome_is_not_known_yet_is_trained_on()
    {
        // The film of the day is on for two days, and what was watched is known a day later, when it is over.
        var csv = new StringBuilder("at,user,item\n");
        for (var row = 0; row < 60 * 20; row++)
        {
            csv.Append(
                CultureInfo.InvariantCulture,
                $"{Date(row / 20)}T{row % 20:00}:00:00,{row},{1000 + (row / 40)}\n"
            );
        }

        var soon = Viewers(shiftAt: null).Yaml;
        var late = soon.Replace("outcome_delay: 1s", "outcome_delay: 1d", StringComparison.Ordinal);

        Assert.True((await RunAsync((soon, csv.ToString()), "every:1d")).Policies[0].Metric > 0.4);
        Assert.Equal(0, (await RunAsync((late, csv.ToString()), "every:1d")).Policies[0].Metric);
    }

    [Fact]
    public async Task Outcomes_are_learned_after_their_delay()
    {
        var (yaml, csv) = Viewers(shiftAt: 45);
        var late = yaml.Replace("outcome_delay: 1s", "outcome_delay: 4d", StringComparison.Ordinal);

        var soon = (await RunAsync((yaml, csv), "harm")).Policies[0];
        var later = (await RunAsync((late, csv), "harm")).Policies[0];

        Assert.True(later.RetrainedAt[0] >= soon.RetrainedAt[0].AddDays(3));
    }

    [Fact]
    public async Task A_backtest_equals_itself_and_its_parts_add_up()
    {
        var history = Viewers(shiftAt: 45);
        var first = await RunAsync(history, "never", "every:7d", "harm");
        var second = await RunAsync(history, "never", "every:7d", "harm");

        Assert.Equivalent(Timeless(first), Timeless(second), strict: true);
        foreach (var policy in first.Policies)
        {
            Assert.Equal(first.Outcomes, policy.Curve.Sum(p => p.Outcomes));
            Assert.Equal(policy.Metric, policy.Curve.Sum(p => p.Value * p.Outcomes) / first.Outcomes, 9);
            Assert.Equal(policy.Baseline, policy.Curve.Sum(p => p.Baseline * p.Outcomes) / first.Outcomes, 9);
            var months = policy
                .Curve.GroupBy(p => p.At.ToString("yyyy-MM", CultureInfo.InvariantCulture), StringComparer.Ordinal)
                .ToDictionary(
                    g => g.Key,
                    g => g.Sum(p => p.Value * p.Outcomes) / g.Sum(p => p.Outcomes),
                    StringComparer.Ordinal
                );
            Assert.Equal(months.Keys.Order(StringComparer.Ordinal), policy.ByMonth.Keys.Order(StringComparer.Ordinal));
            Assert.All(months, m => Assert.Equal(m.Value, policy.ByMonth[m.Key], 9));
        }

        static BacktestResult Timeless(BacktestResult result) =>
            result with
            {
                Policies = [.. result.Policies.Select(p => p with { ComputeSeconds = 0 })],
            };
    }

    [Theory]
    [InlineData("every:10d", 1, 1)]
    [InlineData("every:6h", 1, 0.25)]
    public void A_schedule_that_fails_waits_as_it_would_live_and_no_longer_than_its_turn(
        string policy,
        double cooldown,
        double wait
    )
    {
        var retrain = RetrainingPolicy.Parse(policy, new() { Cooldown = TimeSpan.FromDays(cooldown) }).Retrain!;

        Assert.Equal(TimeSpan.FromDays(wait), retrain.Cooldown);
    }

    [Fact]
    public async Task Rows_without_time_pass_in_order_and_numbers_are_judged_by_their_error()
    {
        var csv = new StringBuilder("x,y\n");
        var random = new Random(3);
        for (var i = 0; i < 2000; i++)
        {
            var x = random.Next(100);
            csv.Append(
                CultureInfo.InvariantCulture,
                $"{x},{(x * 2) + random.NextDouble() + (i >= 1500 ? 300 : 0):F3}\n"
            );
        }

        var result = await RunAsync((Regress, csv.ToString()), "never", "every:10d");

        Assert.Equal(("mae", false, 1000L), (result.Metric, result.HigherIsBetter, result.Outcomes));
        Assert.Equal(
            ["tenth 06", "tenth 07", "tenth 08", "tenth 09", "tenth 10"],
            result.Policies[0].ByMonth.Keys.Order(StringComparer.Ordinal),
            StringComparer.Ordinal
        );
        Assert.True(result.Policies[0].ByMonth["tenth 06"] < 10);
        Assert.InRange(result.Policies[0].ByMonth["tenth 10"], 250, 350);
        Assert.True(result.Policies[1].ByMonth["tenth 10"] < result.Policies[0].ByMonth["tenth 10"] - 20);
        Assert.Contains(result.Notices, n => n.Contains("count as days", StringComparison.Ordinal));
        Assert.False(result.HasDates);
        Assert.Equal((1, 50), (BacktestResult.DayOf(result.From), BacktestResult.DayOf(result.To)));
    }

    [Fact]
    public async Task A_champion_that_has_learned_from_the_test_rows_is_compared_as_it_was_tested_as_gates_do_live()
    {
        var csv = new StringBuilder("x,y\n");
        for (var i = 0; i < 500; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{i % 100},{i % 100 * 2}\n");
        }

        var result = await RunAsync((Regress + "\ngates: [mae <= champion - 50]", csv.ToString()), "every:20d");

        // Nothing is better by fifty than what errs by less, which shows only where the two are compared.
        Assert.Contains(result.Notices, n => n.Contains("not promoted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_cannot_be_backtested_is_refused_with_the_remedy()
    {
        var (yaml, csv) = Viewers(shiftAt: null);
        await Refused("There are: never; every: and a duration", () => RunAsync((yaml, csv), "weekly"));
        await Refused("the history goes from", () => RunAsync((yaml, csv), "2031-01-01", ["never"]));
        await Refused("could not be trained", () => RunAsync((yaml, csv), "2024-01-01T01:00:00Z", ["never"]));

        static async Task Refused(string message, Func<Task> act)
        {
            var refusal = await Assert.ThrowsAnyAsync<RefusalException>(act);
            Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Task<BacktestResult> RunAsync((string Yaml, string Csv) history, params string[] policies) =>
        RunAsync(history, history.Yaml.Contains("event_time", StringComparison.Ordinal) ? From : null, policies);

    private async Task<BacktestResult> RunAsync((string Yaml, string Csv) history, string? from, string[] policies)
    {
        var place = Directory.CreateDirectory(Path.Combine(folder, $"{++runs}")).FullName;
        var file = Path.Combine(place, "history.csv");
        await File.WriteAllTextAsync(file, history.Csv, Ct);
        return await RunBacktest.RunAsync(
            new()
            {
                Yaml = history.Yaml,
                Files = [file],
                Policies = policies,
                From = from is null
                    ? null
                    : DateTimeOffset.Parse(from, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                OutputFolder = Path.Combine(place, "out"),
            },
            new Silent(),
            Ct
        );
    }

    private sealed class Silent : IWorkSink
    {
        public void Progress(double? done, string doing) => Assert.True(done is null or (>= 0 and <= 1), $"{done}");

        public void Metric(string key, double value, long step) { }

        public void Log(string line) { }
    }
}
