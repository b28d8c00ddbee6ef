using Millrace.Engine.Recipes;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Scoring;

/// <summary>Recipe and trees: raw values in, the value or the probabilities out.</summary>
internal sealed class TreePredictor : ScorePredictor
{
    [ThreadStatic]
    private static Value[]? prepared;

    [ThreadStatic]
    private static double[]? features;

    private readonly RowRecipe recipe;
    private readonly TreeEnsemble trees;
    private readonly int positive;

    public TreePredictor(ModelCard card, RowRecipe recipe, TreeEnsemble trees)
        : base(card)
    {
        this.recipe = recipe;
        this.trees = trees;
        positive = card.Classes.ToList().FindIndex(c => string.Equals(c, card.Positive, StringComparison.Ordinal));
    }

    public override int Outputs => Math.Max(1, Card.Classes.Count);

    public override void Score(ReadOnlySpan<Value> row, Span<double> scores)
    {
        var values = Buffer(ref prepared, trees.Features);
        var numbers = Buffer(ref features, trees.Features);
        recipe.Run(row, values);
        for (var i = 0; i < values.Length; i++)
        {
            numbers[i] = Number(values[i]);
        }
        Fill(trees, numbers, scores, positive);
    }

    /// <summary>What a feature is to the trees; the same as the SQL of <c>PreparedRows</c> makes of it.</summary>
    internal static double Number(in Value value) =>
        value.Kind switch
        {
            ValueKind.Bool => value.AsBool ? 1 : 0,
            ValueKind.Int64 => value.AsInt64,
            ValueKind.Double => value.AsDouble,
            _ => double.NaN,
        };

    /// <summary>Two classes share one sigmoid; otherwise the trees' scores are the answer.</summary>
    internal static void Fill(TreeEnsemble trees, ReadOnlySpan<double> features, Span<double> scores, int positive)
    {
        if (trees.Transform != ScoreTransform.Sigmoid)
        {
            trees.Score(features, scores);
            return;
        }
        trees.Score(features, scores[..1]);
        var p = scores[0];
        scores[1 - positive] = 1 - p;
        scores[positive] = p;
    }

    private static Span<T> Buffer<T>(ref T[]? buffer, int length) =>
        (buffer?.Length >= length ? buffer : buffer = new T[Math.Max(64, length)]).AsSpan(0, length);
}
