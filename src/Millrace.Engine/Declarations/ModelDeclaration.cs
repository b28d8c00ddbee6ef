using System.Collections.ObjectModel;

namespace Millrace.Engine.Declarations;

/// <summary>What is learned, from which columns, with which algorithms.</summary>
public sealed record ModelDeclaration
{
    public required TaskKind Task { get; init; }

    /// <summary>Classify and regress: the column to be predicted, as the recipe leaves it.</summary>
    public string? Target { get; init; }

    /// <summary>Classify, two classes: the value that counts as positive. Null: the less frequent one.</summary>
    public string? Positive { get; init; }

    /// <summary>Recommend: who.</summary>
    public string? User { get; init; }

    /// <summary>Recommend: what.</summary>
    public string? Item { get; init; }

    /// <summary>Recommend: a boolean column; only rows where it is true count as liked. Null: every row counts.</summary>
    public string? Liked { get; init; }

    /// <summary>Columns that are neither target nor features: ids, the event time.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>Each is trained; the best by <see cref="Metric"/> is kept.</summary>
    public required IReadOnlyList<AlgorithmDeclaration> Try { get; init; }

    /// <summary>Train on rows no older than this before the newest; null: on all.</summary>
    public TimeSpan? Window { get; init; }

    public SplitDeclaration Split { get; init; } = new();

    /// <summary>The primary metric: auc, log_loss, accuracy, f1, rmse, mae, hit_rate@k, recall@k, ndcg@k. Null: the task's default.</summary>
    public string? Metric { get; init; }

    public int Seed { get; init; } = 1;

    /// <summary>Where the values of keys stand, by key, for messages about them.</summary>
    public IReadOnlyDictionary<string, Position> Marks { get; init; } = ReadOnlyDictionary<string, Position>.Empty;
}

/// <summary>An algorithm by name, with its hyper-parameters as text.</summary>
public sealed record AlgorithmDeclaration(string Name, IReadOnlyDictionary<string, string> Parameters)
{
    public Position At { get; init; }

    /// <summary>Where the hyper-parameters stand, by name, for messages about them.</summary>
    public IReadOnlyDictionary<string, Position> Marks { get; init; } = ReadOnlyDictionary<string, Position>.Empty;

    /// <summary>What tells it from others in a list: lightgbm num_leaves=63.</summary>
    public string Describe() => string.Join(' ', [Name, .. Parameters.Select(p => $"{p.Key}={p.Value}")]);
}

public enum TaskKind
{
    Classify,
    Regress,
    Recommend,
}

/// <summary>How test rows are held back.</summary>
public sealed record SplitDeclaration
{
    /// <summary>Null: by time where the loop names an event time, else random.</summary>
    public SplitBy? By { get; init; }

    /// <summary>The share of rows held back, newest first when by time or order; between 0 and 1, exclusive.</summary>
    public double Test { get; init; } = 0.2;

    /// <summary>Whether what serves has learned once more from all rows, those of the test too.</summary>
    public bool Refit { get; init; } = true;

    /// <summary>By group: rows with the same value here stay together.</summary>
    public string? Group { get; init; }
}

public enum SplitBy
{
    Time,

    /// <summary>The order of ingestion stands for time.</summary>
    Order,
    Random,
    Group,
}
