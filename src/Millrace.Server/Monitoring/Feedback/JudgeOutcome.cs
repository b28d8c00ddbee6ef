using System.Text.Json;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Outcomes;
using Millrace.Serving.Routing;

namespace Millrace.Monitoring.Feedback;

/// <summary>One outcome and the prediction that it tells of: what the prediction lost, and what that says of its version.</summary>
internal sealed class JudgeOutcome(FindFacts facts, RecallState recall, SwitchVersion deployments)
{
    private readonly Dictionary<EndpointName, DeploymentRow?> champions = [];

    /// <returns>What became of the outcome.</returns>
    public async Task<OutcomeState> RunAsync(
        JoinBatch batch,
        Match one,
        IReadOnlyDictionary<EndpointName, MonitorRow> monitors,
        long sequence,
        CancellationToken ct
    )
    {
        if (
            one.Prediction is not { } prediction
            || !monitors.TryGetValue(prediction.Served.Endpoint, out var monitor)
            || one.At > prediction.At + monitor.Within
            || await facts.RunAsync(prediction.Served.Model, prediction.Served.Version, ct) is not { } known
        )
        {
            return OutcomeState.Unknown;
        }

        using var outcome = JsonDocument.Parse(one.Outcome);
        var actual = ScoreOutcome.Actual(outcome.RootElement, ScoreOutcome.Column(monitor.Settings, known.Card));
        var metric = LiveMetric.Of(known.Card.Task, monitor.Settings.Watch, known.Scale);
        if (actual is null || ScoreOutcome.Loss(metric, known.Card, prediction.Output, actual) is not { } loss)
        {
            return OutcomeState.Unknown;
        }

        if (prediction.IsTold)
        {
            return OutcomeState.Repeated;
        }

        var watched = await batch.WatchedAsync(prediction.Served, monitor.Settings, ct);
        // Told by id it is this prediction's whatever the clock of whoever told it says.
        var happened = Math.Max(one.At, prediction.At);
        var at = Micros.Moment(happened);
        var trivial = await recall.BaselineAsync(prediction.Served.Endpoint, known, monitor.Settings, ct);
        var baseline = trivial.LossThenLearn(metric, known.Card, actual, at);
        if (await WasChampionAsync(prediction, ct))
        {
            watched.Add(loss, baseline, at);
        }

        batch.Join(prediction, one.Outcome, happened, sequence, loss, baseline);
        prediction.IsTold = known.Card.Task != TaskKind.Recommend;
        return OutcomeState.Joined;
    }

    /// <summary>
    /// What is normal for a version is learned from when it served all. A canary's outcomes are no measure of it: it was
    /// promoted because they were good, and some of that was luck.
    /// </summary>
    private async Task<bool> WasChampionAsync(SlimPrediction prediction, CancellationToken ct)
    {
        var endpoint = prediction.Served.Endpoint;
        if (!champions.TryGetValue(endpoint, out var champion))
        {
            champion = await deployments.CurrentAsync(endpoint, ct);
            champions.Add(endpoint, champion);
        }

        return champion is not null
            && champion.Model == prediction.Served.Model
            && champion.Version == prediction.Served.Version
            && prediction.At >= Micros.Of(champion.At);
    }
}
