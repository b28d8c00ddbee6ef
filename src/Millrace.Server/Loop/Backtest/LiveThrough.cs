using System.Globalization;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.History;
using Millrace.Engine.Tables;
using Millrace.Engine.Work;

namespace Millrace.Loop.Backtest;

/// <summary>The way through the rows, once, for all policies at the same time.</summary>
internal sealed class LiveThrough(
    LoopDeclaration loop,
    VirtualTime time,
    Judge judge,
    Trainings trainings,
    IReadOnlyList<PolicyRun> policies,
    IWorkSink sink
)
{
    private readonly TimeSpan delay = time.HasTime ? loop.Monitor?.OutcomeDelay ?? TimeSpan.Zero : TimeSpan.Zero;
    private readonly Queue<Waiting> waiting = new();
    private readonly Dictionary<Value, HashSet<Value>> had = [];
    private readonly Trivial trivial = Trivial.Of(loop.Model.Task, judge);

    private readonly HashSet<string> notices = new(StringComparer.Ordinal);
    private MetricSum trivialAll;
    private MetricSum trivialStep;
    private MetricSum persistenceAll;
    private int step = -1;

    public async Task<BacktestResult> RunAsync(
        IEnumerable<HistoryRow> rows,
        IEnumerable<string> earlier,
        CancellationToken ct
    )
    {
        notices.UnionWith(earlier);
        if (!time.HasTime)
        {
            notices.Add(
                "Rows have no event_time: they pass in their order, in blocks of equal size that count as days."
            );
        }

        var last = time.From;
        foreach (var row in rows)
        {
            var at = time.StepOf(row);
            while (step < at)
            {
                await BeginStepAsync(step + 1, row.Number, ct);
            }

            last = time.MomentOf(row);
            LearnDue(last);
            Meet(row, last);
        }

        EndStep();
        if (trivialAll.Count == 0)
        {
            throw Refusal.Invalid(
                $"There is nothing to measure: no row from {time.Told(time.From)} on has an outcome{(loop.Model.Task == TaskKind.Recommend ? " that is liked and new to its user" : "")}."
            );
        }

        return Result(last);
    }

    /// <param name="next">The step that begins.</param>
    /// <param name="known">No row from this number on has happened yet.</param>
    /// <param name="ct">Stops it.</param>
    private async Task BeginStepAsync(int next, long known, CancellationToken ct)
    {
        EndStep();
        step = next;
        var now = time.StartOf(step);
        sink.Progress(
            0.05 + (0.95 * step / time.Steps),
            time.HasTime
                ? string.Create(CultureInfo.InvariantCulture, $"{now:yyyy-MM-dd}: {policies.Count} policies")
                : string.Create(CultureInfo.InvariantCulture, $"Block {step + 1} of {time.Steps}")
        );
        LearnDue(now);
        foreach (var policy in policies)
        {
            var isFirst = step == 0;
            if (!isFirst && policy.Decide(now) is null)
            {
                continue;
            }

            DateTimeOffset? until = time.HasTime ? now - delay : null;
            var trained = await trainings.AtAsync(until, time.RowsKnown(step) ?? known, policy.Serving, ct);
            if (trained.Package is null && isFirst)
            {
                throw Refusal.Invalid($"The first model could not be trained at {time.Told(now)}: {trained.Refused}");
            }

            if (trained.Refused is { } why)
            {
                notices.Add(
                    isFirst
                        ? $"The first model serves although {why}"
                        : $"{policy.Name}: a retraining was not promoted."
                );
            }

            policy.Take(now, trained, isFirst);
        }

        trainings.Forget([.. policies.Select(p => p.Serving!).Distinct()]);
    }

    private void EndStep()
    {
        var baseline = trivialStep.Count > 0 ? judge.Of(trivialStep) : 0;
        foreach (var policy in policies.Where(_ => step >= 0))
        {
            policy.EndStep(time.StartOf(step), baseline);
            policy.Serving?.ForgetLists();
        }

        trivialStep = default;
    }

    /// <summary>Predicted now, its outcome known later.</summary>
    private void Meet(HistoryRow row, DateTimeOffset now)
    {
        // What a user has already cannot be recommended to him, so it is no outcome.
        var known = Known(row);
        var counts = row.Counts && !known.Contains(row.Actual);
        double[] losses = [];
        int[] versions = [];
        double baseline = 0;
        if (counts && step >= 0)
        {
            var part = time.PartOf(row);
            var simple = trivial.Judge(row, known);
            baseline = simple.Loss;
            trivialAll.Add(simple.Points);
            trivialStep.Add(simple.Points);
            if (trivial.JudgePersistence(row) is { } persistent)
            {
                persistenceAll.Add(persistent.Points);
            }

            (losses, versions) = (new double[policies.Count], new int[policies.Count]);
            for (var i = 0; i < policies.Count; i++)
            {
                var verdict = policies[i].Serving!.Judge(row);
                policies[i].Count(part, verdict);
                (losses[i], versions[i]) = (verdict.Loss, policies[i].Version);
            }
        }

        if (counts)
        {
            waiting.Enqueue(new(now + delay, row, baseline, losses, versions));
        }

        if (loop.Model.Task == TaskKind.Recommend)
        {
            known.Add(row.Actual);
        }
    }

    /// <summary>What the user has; empty where there are no users.</summary>
    private HashSet<Value> Known(HistoryRow row)
    {
        if (!had.TryGetValue(row.Who, out var known))
        {
            had.Add(row.Who, known = []);
        }

        return known;
    }

    private void LearnDue(DateTimeOffset now)
    {
        while (waiting.TryPeek(out var next) && next.Due <= now)
        {
            waiting.Dequeue();
            trivial.Learn(next.Row, next.Due - delay);
            for (var i = 0; i < next.Losses.Length; i++)
            {
                policies[i].Learn(next.Versions[i], next.Losses[i], next.Baseline);
            }
        }
    }

    private BacktestResult Result(DateTimeOffset last)
    {
        var baseline = judge.Of(trivialAll);
        double? lastLabel = persistenceAll.Count == 0 ? null : judge.Of(persistenceAll);
        return new()
        {
            Metric = judge.Metric,
            HigherIsBetter = judge.HigherIsBetter,
            From = time.From,
            To = last,
            HasDates = time.HasTime,
            Outcomes = trivialAll.Count,
            Policies = [.. policies.Select(p => p.Result(baseline, lastLabel))],
            Notices = [.. notices],
        };
    }

    private readonly record struct Waiting(
        DateTimeOffset Due,
        HistoryRow Row,
        double Baseline,
        double[] Losses,
        int[] Versions
    );
}
