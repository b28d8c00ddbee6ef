using System.Text.Json.Serialization;

namespace Millrace.Demo;

/// <summary>What a demonstration came to. Days are counted from 0; null for what did not happen.</summary>
internal sealed record DemoResult
{
    [JsonPropertyName("shift_day")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? ShiftDay { get; init; }

    [JsonPropertyName("detected_day")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? DetectedDay { get; init; }

    [JsonPropertyName("promoted_day")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? PromotedDay { get; init; }

    [JsonPropertyName("recovered_day")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? RecoveredDay { get; init; }

    [JsonPropertyName("hit_rate_before")]
    public double HitRateBefore { get; init; }

    [JsonPropertyName("hit_rate_at_worst")]
    public double HitRateAtWorst { get; init; }

    [JsonPropertyName("hit_rate_after")]
    public double HitRateAfter { get; init; }

    /// <summary>Of the viewers who were served by the first version to the end.</summary>
    [JsonPropertyName("never_retrain_after")]
    public double NeverRetrainAfter { get; init; }

    [JsonPropertyName("false_alarms_before_shift")]
    public int FalseAlarmsBeforeShift { get; init; }

    /// <summary>Retrainings on harm in all; without a shift there should be none.</summary>
    [JsonPropertyName("harm_retrainings")]
    public int HarmRetrainings { get; init; }

    public int Retrainings { get; init; }

    public int Seed { get; init; }

    public double Seconds { get; init; }
}
