using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Outcomes;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;

namespace Millrace.Monitoring.Feedback;

/// <summary>What the trivial model of an endpoint has learned so far.</summary>
internal sealed class BaselineRow
{
    public required EndpointName Endpoint { get; init; }

    /// <summary>A <see cref="BaselineState"/>.</summary>
    public required string State { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<BaselineRow>
    {
        public void Configure(EntityTypeBuilder<BaselineRow> builder) =>
            builder.ToTable("monitoring_baselines").HasKey(r => r.Endpoint);
    }
}

internal sealed record BaselineState
{
    public RunningPopularityState? Items { get; init; }

    public RunningLabelsState? Labels { get; init; }

    public RunningMeanState? Mean { get; init; }
}

/// <summary>
/// The trivial model of an endpoint, asked for every outcome before it learns it: what is popular of late, how frequent a
/// class is, the mean. A model that does no better than that is worth nothing, however the world goes.
/// </summary>
internal sealed class RunningBaseline(BaselineState state)
{
    /// <summary>Taste of a week ago counts half.</summary>
    public static readonly TimeSpan HalfLife = TimeSpan.FromDays(7);

    private readonly RunningPopularity items = new(HalfLife, state.Items);
    private readonly RunningLabels labels = new(state.Labels);
    private readonly RunningMean mean = new(state.Mean);

    public static RunningBaseline Of(string state) =>
        new(JsonSerializer.Deserialize<BaselineState>(state, Json.Options)!);

    public string Write() =>
        JsonSerializer.Serialize(
            new BaselineState
            {
                Items = items.State,
                Labels = labels.State,
                Mean = mean.State,
            },
            Json.Options
        );

    /// <summary>Its loss on an outcome; null before it has seen any.</summary>
    public double? LossThenLearn(LiveMetric metric, ModelCard card, string actual, DateTimeOffset at)
    {
        switch (card.Task)
        {
            case TaskKind.Recommend:
                var item = Value.Of(actual);
                double? loss = items.Items > 0 ? metric.LossOfRank(items.RankOf(item)) : null;
                items.Learn(item, at);
                return loss;
            case TaskKind.Regress:
                var value = ScoreOutcome.Number(actual) ?? double.NaN;
                double? error = double.IsNaN(mean.Value) ? null : metric.LossOfValue(mean.Value, value);
                mean.Learn(value);
                return error;
            default:
                var label = ScoreOutcome.Class(card.Classes, actual) ?? actual;
                double? surprise = labels.MostProbable is { } most
                    ? metric.LossOfClass(
                        labels.ProbabilityOf(label),
                        string.Equals(most, label, StringComparison.Ordinal)
                    )
                    : null;
                labels.Learn(label);
                return surprise;
        }
    }
}
