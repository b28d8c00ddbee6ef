using System.Runtime.InteropServices;
using Millrace.Core;

namespace Millrace.Engine.Scoring;

/// <summary>The arrays that <see cref="TreeEnsemble"/> walks, all trees in one numbering of nodes.</summary>
internal sealed unsafe class TreeLayout
{
    public const int SlotMask = 0x7FFF_FFFF;
    public const uint CategoricalBit = 0x8000_0000;

    // LightGBM's kZeroThreshold, a float.
    private const double Zero = 1e-35f;
    private const int MaxSetWords = 1 << 26;

    private readonly List<Slot> slots = [new(0, Treatment.Constant)];
    private readonly Dictionary<Slot, int> slotNumbers = [];
    private readonly Dictionary<int, int> setWords = [];
    private readonly List<long> nodes = [];
    private readonly List<double> thresholds = [];
    private readonly List<double> values = [];
    private readonly List<ulong> sets = [0];

    public TreeLayout(TreeModel model)
    {
        MeasureSets(model);
        var trees = model.Trees.Select((tree, number) => Flatten(tree, number)).ToArray();
        Nodes = [.. nodes];
        Thresholds = [.. thresholds];
        Values = [.. values];
        Sets = [.. sets];
        Roots = [.. trees.Select(t => t.Root)];
        var blocks = trees.OrderByDescending(t => t.Depth).ThenBy(t => t.Number).Chunk(16).ToArray();
        BlockDepths = [.. blocks.Select(b => b[0].Depth)];
        BlockHasSets = [.. blocks.Select(b => Array.Exists(b, t => t.HasSets))];
        Places = [.. blocks.SelectMany(b => b).Select(t => t.Number)];
        // What fills the last block walks the first tree of it again; nobody reads where it ends.
        PaddedRoots =
        [
            .. blocks.SelectMany(b => Enumerable.Range(0, 16).Select(i => (long)b[i < b.Length ? i : 0].Root)),
        ];
        Slots = [.. slots];
    }

    /// <summary>Low half: slot, and whether categorical. High half: the left child; the right one is next to it. A leaf has slot 0.</summary>
    public long[] Nodes { get; }

    /// <summary>For a categorical node, the bits of the place of its set.</summary>
    public double[] Thresholds { get; }

    public double[] Values { get; }

    public ulong[] Sets { get; }

    public int[] Roots { get; }

    public long[] PaddedRoots { get; }

    public int[] Places { get; }

    public int[] BlockDepths { get; }

    public bool[] BlockHasSets { get; }

    public int TreeCount => Roots.Length;

    public int SlotCount => Slots.Length;

    private Slot[] Slots { get; }

    private enum Treatment : byte
    {
        Constant,
        NanIsZero,
        NanLeft,
        NanRight,
        ZeroLeft,
        ZeroRight,
        Category,
    }

    public void Fill(ReadOnlySpan<double> features, double* row)
    {
        var all = Slots;
        row[0] = 0;
        for (var i = 1; i < all.Length; i++)
        {
            var slot = all[i];
            var x = features[slot.Feature];
            row[i] = slot.Treatment switch
            {
                Treatment.NanIsZero => double.IsNaN(x) ? 0.0 : x,
                Treatment.NanLeft => double.IsNaN(x) ? double.NegativeInfinity : x,
                Treatment.NanRight => x,
                Treatment.ZeroLeft => IsMissingOrZero(x) ? double.NegativeInfinity : x,
                Treatment.ZeroRight => IsMissingOrZero(x) ? double.NaN : x,
                // Truncated as C does, so that -0.5 is category 0; what no set can hold becomes the first category beyond all.
                _ => x > -1 && x < slot.Categories ? Math.Truncate(x) + 0.0 : slot.Categories,
            };
        }
    }

    private static bool IsMissingOrZero(double x) => double.IsNaN(x) || (x >= -Zero && x <= Zero);

    /// <summary>All sets of one feature get the same length and an empty word at the end: membership needs no bounds check.</summary>
    private void MeasureSets(TreeModel model)
    {
        long total = 0;
        foreach (var tree in model.Trees)
        {
            for (var i = 0; i < tree.Feature.Length; i++)
            {
                if (tree.IsCategorical(i))
                {
                    var words = (tree.Categories(i).Length + 1) / 2;
                    ref var longest = ref CollectionsMarshal.GetValueRefOrAddDefault(setWords, tree.Feature[i], out _);
                    longest = Math.Max(longest, words);
                }
            }
        }
        foreach (var tree in model.Trees)
        {
            for (var i = 0; i < tree.Feature.Length; i++)
            {
                total += tree.IsCategorical(i) ? setWords[tree.Feature[i]] + 1 : 0;
            }
        }
        if (total > MaxSetWords)
        {
            throw Refusal.Invalid("model.txt has category sets too large to serve: number categories densely from 0.");
        }
    }

    private (int Root, int Number, int Depth, bool HasSets) Flatten(Tree tree, int number)
    {
        var root = Reserve(1);
        var deepest = 0;
        var hasSets = false;
        var open = new Queue<(int Child, int Place, int Depth)>();
        open.Enqueue((tree.Feature.Length == 0 ? ~0 : 0, root, 0));
        while (open.TryDequeue(out var next))
        {
            var (child, place, depth) = next;
            deepest = Math.Max(deepest, depth);
            if (child < 0)
            {
                nodes[place] = (long)place << 32;
                thresholds[place] = double.PositiveInfinity;
                values[place] = tree.Leaf[~child];
                continue;
            }
            var left = Reserve(2);
            var categorical = tree.IsCategorical(child);
            hasSets |= categorical;
            nodes[place] = ((long)left << 32) | (uint)SlotOf(tree, child) | (categorical ? CategoricalBit : 0);
            thresholds[place] = categorical
                ? BitConverter.Int64BitsToDouble(AddSet(tree.Categories(child), setWords[tree.Feature[child]] + 1))
                : tree.Threshold[child];
            open.Enqueue((tree.Left[child], left, depth + 1));
            open.Enqueue((tree.Right[child], left + 1, depth + 1));
        }
        return (root, number, deepest, hasSets);
    }

    private int Reserve(int count)
    {
        var first = nodes.Count;
        for (var i = 0; i < count; i++)
        {
            nodes.Add(0);
            thresholds.Add(0);
            values.Add(0);
        }
        return first;
    }

    private long AddSet(ReadOnlySpan<uint> bits, int words)
    {
        var first = sets.Count;
        for (var i = 0; i < words; i++)
        {
            var low = 2 * i < bits.Length ? bits[2 * i] : 0;
            var high = (2 * i) + 1 < bits.Length ? bits[(2 * i) + 1] : 0;
            sets.Add(((ulong)high << 32) | low);
        }
        return first;
    }

    private int SlotOf(Tree tree, int node)
    {
        var left = tree.MissingGoesLeft(node);
        var feature = tree.Feature[node];
        var slot = tree.IsCategorical(node)
            ? new Slot(feature, Treatment.Category, setWords[feature] * 64)
            : tree.Missing(node) switch
            {
                MissingKind.Nan => new Slot(feature, left ? Treatment.NanLeft : Treatment.NanRight),
                MissingKind.Zero => new Slot(feature, left ? Treatment.ZeroLeft : Treatment.ZeroRight),
                _ => new Slot(feature, Treatment.NanIsZero),
            };
        if (!slotNumbers.TryGetValue(slot, out var at))
        {
            at = slots.Count;
            slots.Add(slot);
            slotNumbers.Add(slot, at);
        }
        return at;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Slot(int Feature, Treatment Treatment, int Categories = 0);
}
