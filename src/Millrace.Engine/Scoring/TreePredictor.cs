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

    public TreePredictor(ModelCard card, RowRecipe recipe, TreeEnsemble trees)
        : base(card)
    {
        this.recipe = recipe;
        this.trees = trees;
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
        Fill(trees, numbers, scores);
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

    /// <summary>
    /// Two classes share one sigmoid, the probability of the second: trees learn from the numbers of the classes, and know nothing of
    /// which counts as positive. Otherwise the trees' scores are the answer.
    /// </summary>
    internal static void Fill(TreeEnsemble trees, ReadOnlySpan<double> features, Span<double> scores)
    {
        if (trees.Transform != ScoreTransform.Sigmoid)
        {
            trees.Score(features, scores);
            return;
        }
        trees.Score(features, scores[..1]);
        (scores[0], scores[1]) = (1 - scores[0], scores[0]);
    }

    private static Span<T> Buffer<T>(ref T[]? buffer, int length) =>
        (buffer?.Length >= length ? buffer : buffer = new T[Math.Max(64, length)]).AsSpan(0, length);
}
