using Millrace.Core;
using Millrace.Engine.Declarations;

namespace Millrace.Monitoring.Feedback;

/// <summary>What a loop wants watched at its endpoint.</summary>
internal sealed record MonitorSettings
{
    public required LoopName Loop { get; init; }

    /// <summary>The column of an outcome that says what really happened; null: the model's target, or its item.</summary>
    public string? Outcome { get; init; }

    /// <summary>The input by which an outcome without a prediction's id finds its prediction; null: the recommender's user.</summary>
    public string? Key { get; init; }

    /// <summary>How long after its prediction an outcome still counts.</summary>
    public TimeSpan Within { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The live metric; null: the task's.</summary>
    public string? Watch { get; init; }

    /// <summary>A loss this much above normal, or less, is no harm; null: the default.</summary>
    public double? Tolerance { get; init; }

    /// <summary>How many outcomes may pass, on average, between two false alarms; null: the server's setting.</summary>
    public double? RunLength { get; init; }

    /// <summary>The column of the training rows that gets an outcome's time; null where rows have none.</summary>
    public string? EventTime { get; init; }

    /// <summary>The rules that inputs are held against, and how training rows write their times.</summary>
    public Contract Contract { get; init; } = Contract.Open;
}
