using System.Globalization;
using Millrace.Api;
using Millrace.Engine.Evidence;
using Millrace.Loop.Triggers;

namespace Millrace.Loop.Backtest;

/// <summary>One policy on its way through the history: what serves under it, the evidence against that, and what it has brought and cost.</summary>
internal sealed class PolicyRun(RetrainingPolicy policy, Judge judge, HarmOptions harm)
{
    private readonly SortedDictionary<string, MetricSum> parts = new(StringComparer.Ordinal);
    private readonly List<BacktestPoint> curve = [];
    private readonly List<DateTimeOffset> retrainedAt = [];
    private HarmDetector detector = new(harm);
    private DateTimeOffset lastStartedAt;
    private DateTimeOffset lastDoneAt;
    private MetricSum all;
    private MetricSum step;
    private int failures;
    private int alarms;
    private bool isHarm;
    private double seconds;

    public string Name => policy.Name;

    public ServedPackage? Serving { get; private set; }

    /// <summary>Counts what was promoted: outcomes of an earlier version say nothing of this one.</summary>
    public int Version { get; private set; }

    /// <summary>The same decision as live, on what is known now.</summary>
    public Trigger? Decide(DateTimeOffset now) =>
        TriggerPolicy.Decide(
            policy.Retrain,
            new()
            {
                Now = now,
                LastStartedAt = lastStartedAt,
                LastDoneAt = lastDoneAt,
                Failures = failures,
                Harm = isHarm ? Evidence() : null,
            }
        );

    /// <param name="now">When the training began.</param>
    /// <param name="trained">What came of it.</param>
    /// <param name="isFirst">Before the first prediction: no retraining, and whatever it is, it serves.</param>
    public void Take(DateTimeOffset now, Trained trained, bool isFirst)
    {
        lastStartedAt = now;
        seconds += trained.Seconds;
        if (!isFirst)
        {
            retrainedAt.Add(now);
        }

        if (trained.Package is { } package && (trained.Refused is null || isFirst))
        {
            Serving = package;
            Version++;
            lastDoneAt = now;
            // As live: what was normal for the version before is where the next one's normal begins, but after harm.
            detector = new(harm with { Prior = isHarm || detector.Outcomes == 0 ? null : detector.Reference });
            isHarm = false;
            failures = 0;
        }
        else
        {
            failures++;
        }
    }

    public void Count(string part, Verdict verdict)
    {
        all.Add(verdict.Points);
        step.Add(verdict.Points);
        var sum = parts.GetValueOrDefault(part);
        sum.Add(verdict.Points);
        parts[part] = sum;
    }

    /// <summary>An outcome became known.</summary>
    public void Learn(int version, double loss, double baseline)
    {
        if (version != Version)
        {
            return;
        }

        detector.Add(loss, baseline);
        if (detector.IsHarm && !isHarm)
        {
            isHarm = true;
            alarms++;
        }
        else if (detector.Evidence < 1)
        {
            // As live: between the two it stays what it was.
            isHarm = false;
        }
    }

    public void EndStep(DateTimeOffset at, double baseline)
    {
        if (step.Count > 0)
        {
            curve.Add(new(at, step.Count, judge.Of(step), baseline));
        }

        step = default;
    }

    public BacktestPolicy Result(double baseline, double? persistence) =>
        new(
            policy.Name,
            judge.Of(all),
            parts.ToDictionary(p => p.Key, p => judge.Of(p.Value), StringComparer.Ordinal),
            retrainedAt.Count,
            alarms,
            Math.Round(seconds, 3),
            baseline,
            persistence,
            curve,
            retrainedAt
        );

    private string Evidence() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{judge.Metric} was {detector.Reference:0.####} lost when normal; evidence 10^{Math.Log10(detector.Evidence):0.0} of 10^{Math.Log10(harm.RunLength):0.0}."
        );
}
