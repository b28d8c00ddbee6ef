using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Scoring;

/// <summary>model.json of a package: what the model needs and gives, without anything that differs between two equal trainings.</summary>
public sealed record ModelCard
{
    public required TaskKind Task { get; init; }

    public required string Algorithm { get; init; }

    /// <summary>Raw columns that a prediction needs, in order: those of the dataset that the recipe's features depend on.</summary>
    public required IReadOnlyList<Column> Inputs { get; init; }

    /// <summary>Features after the recipe, in the model's order; for recommenders the one column that holds the user.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    public string? Target { get; init; }

    /// <summary>Classify: the labels, in the order of the scores.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>Classify with two classes: the one whose probability is "the score".</summary>
    public string? Positive { get; init; }

    /// <summary>Recommend: the input column that names the user, and the column that items come from.</summary>
    public string? User { get; init; }

    public string? Item { get; init; }

    /// <summary>
    /// The newest event time that was learned from: on later rows the model can be compared with another. Null where rows have no time,
    /// or where the test rows were drawn at random and kept back.
    /// </summary>
    public DateTimeOffset? TrainedUntil { get; init; }

    /// <summary>The same where rows have no time: the number of the first row, in the order of ingestion, that was not learned from.</summary>
    public long? TrainedUntilRow { get; init; }

    /// <summary>
    /// How its answers are distributed where nothing has shifted: values or probabilities of the tested model over the test rows, or
    /// the items that stand first for the users of the test. Null in a package from before this was kept.
    /// </summary>
    public ColumnProfile? Answers { get; init; }
}

/// <summary>A model package in memory, ready to predict. Safe for any number of callers at once.</summary>
public abstract class Predictor(ModelCard card) : IDisposable
{
    public ModelCard Card { get; } = card;

    public virtual void Dispose() => GC.SuppressFinalize(this);
}

/// <summary>Classify and regress.</summary>
public abstract class ScorePredictor(ModelCard card) : Predictor(card)
{
    /// <summary>1 for regress; the number of classes for classify.</summary>
    public abstract int Outputs { get; }

    /// <param name="row">One value for each of <see cref="ModelCard.Inputs"/>, in that order.</param>
    /// <param name="scores">Receives the value, or a probability for each of <see cref="ModelCard.Classes"/>.</param>
    public abstract void Score(ReadOnlySpan<Value> row, Span<double> scores);
}

/// <summary>Recommend.</summary>
public abstract class ItemPredictor(ModelCard card) : Predictor(card)
{
    /// <summary>The best items for a user, best first, without those that the user already has. An unknown user gets what is popular.</summary>
    public abstract IReadOnlyList<ScoredItem> Recommend(Value user, int count);

    public abstract bool Knows(Value user);

    /// <summary>Items are whole numbers or texts, all of a model alike.</summary>
    public abstract bool HasTextItems { get; }
}

public readonly record struct ScoredItem(Value Item, double Score);
