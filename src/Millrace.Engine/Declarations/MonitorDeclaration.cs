namespace Millrace.Engine.Declarations;

/// <summary>What is watched once the model serves.</summary>
public sealed record MonitorDeclaration
{
    public Position At { get; init; }

    /// <summary>The column of the outcomes that says what really happened: the item chosen, or the label.</summary>
    public string? Outcome { get; init; }

    /// <summary>What that column holds, by the declaration: item, label or value; null: not said.</summary>
    public string? OutcomeKind { get; init; }

    /// <summary>The input by which an outcome without a prediction's id finds its prediction; null: the recommender's user.</summary>
    public string? Key { get; init; }

    /// <summary>How long after its prediction an outcome still counts.</summary>
    public TimeSpan Within { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Backtest: how long after its prediction an outcome becomes known.</summary>
    public TimeSpan OutcomeDelay { get; init; }

    /// <summary>The live metric; null: the model's primary metric.</summary>
    public string? Watch { get; init; }
}

/// <summary>What starts a retraining.</summary>
public sealed record RetrainDeclaration
{
    /// <summary>Evidence of harm does.</summary>
    public bool OnHarm { get; init; }

    public Position At { get; init; }

    /// <summary>A loss this much above normal, or less, is no harm; null: the default.</summary>
    public double? Tolerance { get; init; }

    /// <summary>
    /// How many outcomes may pass, on average, between two false alarms; null: the server's setting. Where a needless retraining costs
    /// little, fewer find harm sooner.
    /// </summary>
    public double? RunLength { get; init; }

    /// <summary>The passing of time does; null: it does not.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>No retraining starts sooner than this after the last.</summary>
    public TimeSpan Cooldown { get; init; } = TimeSpan.FromDays(1);
}
