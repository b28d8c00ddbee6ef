using Millrace.Core;

namespace Millrace.Api;

/// <summary>Asks what retraining by each policy would have brought over recorded history, and cost.</summary>
/// <param name="Yaml">The loop, with variables substituted.</param>
/// <param name="Folder">The absolute folder that relative source files are resolved in.</param>
/// <param name="Files">Absolute files of the history; null for the source as declared.</param>
/// <param name="Policies">never, every:7d, harm.</param>
/// <param name="From">The first moment that is predicted; null: after the first half of the rows.</param>
public sealed record BacktestRequest(
    string Yaml,
    string Folder,
    IReadOnlyList<string>? Files,
    IReadOnlyList<string> Policies,
    DateTimeOffset? From = null
);

public sealed record BacktestSummary(
    string Id,
    LoopName Loop,
    JobState State,
    IReadOnlyList<string> Policies,
    DateTimeOffset CreatedAt
);

public sealed record BacktestView
{
    public required string Id { get; init; }

    public required LoopName Loop { get; init; }

    /// <summary>How far it is, and why it failed.</summary>
    public required JobView Job { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null until it is done.</summary>
    public BacktestResult? Result { get; init; }
}

/// <summary>What a backtest found.</summary>
public sealed record BacktestResult
{
    public required string Metric { get; init; }

    public required bool HigherIsBetter { get; init; }

    /// <summary>The first and last moment that was predicted.</summary>
    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }

    /// <summary>False where rows have no time: a moment then stands for a day of the count, and the first is 1 January 1970.</summary>
    public bool HasDates { get; init; } = true;

    /// <summary>The number of the day that a moment stands for, where rows have no time: 1 is the first that was predicted.</summary>
    public static int DayOf(DateTimeOffset moment) => (int)(moment - DateTimeOffset.UnixEpoch).TotalDays + 1;

    /// <summary>How many outcomes every policy was measured on.</summary>
    public required long Outcomes { get; init; }

    public required IReadOnlyList<BacktestPolicy> Policies { get; init; }

    public IReadOnlyList<string> Notices { get; init; } = [];
}

/// <summary>One policy over the whole history.</summary>
/// <param name="Metric">Over all predictions.</param>
/// <param name="Baseline">The trivial model, learning as it goes, on the same predictions.</param>
/// <param name="Persistence">Labelled streams: the last label or value again; null for others.</param>
/// <param name="Curve">By step, oldest first.</param>
public sealed record BacktestPolicy(
    string Policy,
    double Metric,
    IReadOnlyDictionary<string, double> ByMonth,
    int Retrainings,
    int Alarms,
    double ComputeSeconds,
    double Baseline,
    double? Persistence,
    IReadOnlyList<BacktestPoint> Curve,
    IReadOnlyList<DateTimeOffset> RetrainedAt
);

public sealed record BacktestPoint(DateTimeOffset At, long Outcomes, double Value, double Baseline);
