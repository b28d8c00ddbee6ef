using Millrace.Core;

namespace Millrace.Engine.Scoring;

/// <summary>A LightGBM text model as written: what <see cref="TreeModelReader"/> reads and <see cref="TreeEnsemble"/> compiles.</summary>
internal sealed record TreeModel(
    int FeatureCount,
    int TreesPerIteration,
    ScoreTransform Transform,
    double Sigmoid,
    IReadOnlyList<Tree> Trees
);

internal enum ScoreTransform
{
    /// <summary>The sum of the leaves is the score.</summary>
    None,

    /// <summary>One raw score, the log-odds of the second class.</summary>
    Sigmoid,

    /// <summary>One raw score for each class.</summary>
    Softmax,
}

/// <summary>
/// One tree. A child ≥ 0 is a node, a child c &lt; 0 is leaf ~c. Of a decision: bit 0 categorical, bit 1 missing goes left,
/// bits 2–3 what counts as missing.
/// </summary>
internal sealed record Tree(
    int[] Feature,
    double[] Threshold,
    byte[] Decision,
    int[] Left,
    int[] Right,
    double[] Leaf,
    int[] CategoryBoundaries,
    uint[] CategoryBits
)
{
    public bool IsCategorical(int node) => (Decision[node] & 1) != 0;

    public bool MissingGoesLeft(int node) => (Decision[node] & 2) != 0;

    public MissingKind Missing(int node) => (MissingKind)((Decision[node] >> 2) & 3);

    /// <summary>The bitset of the categories that go left.</summary>
    public ReadOnlySpan<uint> Categories(int node)
    {
        var set = (int)Threshold[node];
        return CategoryBits.AsSpan(CategoryBoundaries[set]..CategoryBoundaries[set + 1]);
    }

    /// <summary>A file from anywhere: every index is looked at before anything runs on it.</summary>
    public void Check(int number, int features)
    {
        var nodes = Feature.Length;
        if (
            Leaf.Length != nodes + 1
            || Threshold.Length != nodes
            || Decision.Length != nodes
            || Left.Length != nodes
            || Right.Length != nodes
        )
        {
            throw Broken(number, "its lists differ in length");
        }
        var seen = new bool[(2 * nodes) + 1];
        for (var i = 0; i < nodes; i++)
        {
            if (Feature[i] < 0 || Feature[i] >= features)
            {
                throw Broken(number, $"node {i} asks for feature {Feature[i]} of {features}");
            }
            Visit(Left[i], i);
            Visit(Right[i], i);
            if (IsCategorical(i))
            {
                var set = Threshold[i];
                if (!(set >= 0 && set < CategoryBoundaries.Length - 1))
                {
                    throw Broken(number, $"node {i} names no category set");
                }
            }
            else if (double.IsNaN(Threshold[i]) || Missing(i) > MissingKind.Nan)
            {
                throw Broken(number, $"node {i} has no usable threshold");
            }
        }
        for (var i = 0; i + 1 < CategoryBoundaries.Length; i++)
        {
            if (
                CategoryBoundaries[i] < 0
                || CategoryBoundaries[i] > CategoryBoundaries[i + 1]
                || CategoryBoundaries[i + 1] > CategoryBits.Length
            )
            {
                throw Broken(number, "its category sets overlap");
            }
        }

        // Children come after their parents in LightGBM's files, so that no path can return.
        void Visit(int child, int parent)
        {
            var at = child >= 0 ? child : nodes + ~child;
            if (child >= 0 ? child <= parent || child >= nodes : ~child > nodes)
            {
                throw Broken(number, $"node {parent} leads nowhere");
            }
            if (seen[at])
            {
                throw Broken(number, $"two nodes lead to the same place below node {parent}");
            }
            seen[at] = true;
        }
    }

    private static RefusalException Broken(int number, string why) =>
        Refusal.Invalid($"model.txt: tree {number} is broken ({why}). Write the model again from its training run.");
}

internal enum MissingKind : byte
{
    /// <summary>NaN is read as 0.</summary>
    None = 0,

    /// <summary>Zero and NaN are missing.</summary>
    Zero = 1,

    /// <summary>NaN is missing.</summary>
    Nan = 2,
}
