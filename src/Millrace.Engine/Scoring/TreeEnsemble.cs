using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Millrace.Core;

namespace Millrace.Engine.Scoring;

/// <summary>
/// A tree model flattened for speed, giving the bits that LightGBM gives (docs/decisions/0020-own-tree-evaluator.md).
/// Siblings lie side by side, leaves lead to themselves, and what a node does with a missing value is decided once for a row:
/// the row is copied into slots, one for each (feature, treatment) that the trees use, with −∞ where missing goes left and
/// NaN where it goes right. So a step is: load, compare, add. Safe for any number of callers at once; allocates nothing.
/// </summary>
internal sealed unsafe class TreeEnsemble
{
    private const int MaxStack = 1024;

    private readonly TreeLayout layout;
    private readonly bool vectors;

    /// <param name="model">What to compile.</param>
    /// <param name="vectors">False: never use AVX2, for tests and for processors without it.</param>
    public TreeEnsemble(TreeModel model, bool vectors = true)
    {
        layout = new TreeLayout(model);
        this.vectors = vectors && Avx2.IsSupported;
        Features = model.FeatureCount;
        RawScores = model.TreesPerIteration;
        Transform = model.Transform;
        Sigmoid = model.Sigmoid;
    }

    public int Features { get; }

    /// <summary>How many raw scores a row has: 1, or the number of classes.</summary>
    public int RawScores { get; }

    public ScoreTransform Transform { get; }

    private double Sigmoid { get; }

    /// <summary>Sums of leaves, before the transform.</summary>
    [SkipLocalsInit]
    public void Raw(ReadOnlySpan<double> features, Span<double> raw)
    {
        if (features.Length != Features || raw.Length != RawScores)
        {
            throw Refusal.Invalid($"The model takes {Features} features and gives {RawScores} scores.");
        }
        var size = layout.SlotCount + layout.TreeCount;
        double[]? rented = null;
        var scratch = size <= MaxStack ? stackalloc double[MaxStack] : rented = ArrayPool<double>.Shared.Rent(size);
        fixed (double* p = scratch)
        {
            var leaves = p + layout.SlotCount;
            layout.Fill(features, p);
            if (vectors)
            {
                FindLeavesAvx2(p, leaves);
            }
            else
            {
                FindLeaves(p, leaves);
            }
            Sum(leaves, raw);
        }
        if (rented is not null)
        {
            ArrayPool<double>.Shared.Return(rented);
        }
    }

    /// <summary>The value for regression; the probability of the second class; or of each class.</summary>
    public void Score(ReadOnlySpan<double> features, Span<double> scores)
    {
        Raw(features, scores);
        switch (Transform)
        {
            case ScoreTransform.Sigmoid:
                scores[0] = 1.0 / (1.0 + Math.Exp(-Sigmoid * scores[0]));
                break;
            case ScoreTransform.Softmax:
                Softmax(scores);
                break;
            default:
                break;
        }
    }

    /// <summary>In LightGBM's order of operations (Common::Softmax), for its bits.</summary>
    private static void Softmax(Span<double> scores)
    {
        var largest = scores[0];
        foreach (var s in scores[1..])
        {
            largest = Math.Max(s, largest);
        }
        var sum = 0.0;
        foreach (ref var s in scores)
        {
            s = Math.Exp(s - largest);
            sum += s;
        }
        foreach (ref var s in scores)
        {
            s /= sum;
        }
    }

    private void Sum(double* leaves, Span<double> raw)
    {
        raw.Clear();
        if (raw.Length == 1)
        {
            var sum = 0.0;
            for (var i = 0; i < layout.TreeCount; i++)
            {
                sum += leaves[i];
            }
            raw[0] = sum;
            return;
        }
        for (var i = 0; i < layout.TreeCount; )
        {
            for (var k = 0; k < raw.Length; k++, i++)
            {
                raw[k] += leaves[i];
            }
        }
    }

    private void FindLeaves(double* row, double* leaves)
    {
        fixed (long* nodes = layout.Nodes)
        fixed (double* thresholds = layout.Thresholds)
        fixed (double* values = layout.Values)
        fixed (ulong* sets = layout.Sets)
        {
            for (var tree = 0; tree < layout.TreeCount; tree++)
            {
                var node = layout.Roots[tree];
                for (var packed = nodes[node]; (uint)packed != 0; packed = nodes[node])
                {
                    var x = row[(int)packed & TreeLayout.SlotMask];
                    bool left;
                    if ((int)packed < 0)
                    {
                        var category = (long)x;
                        var set = BitConverter.DoubleToInt64Bits(thresholds[node]);
                        left = ((sets[set + (category >> 6)] >> (int)(category & 63)) & 1) != 0;
                    }
                    else
                    {
                        left = x <= thresholds[node];
                    }
                    node = (int)(packed >> 32) + (left ? 0 : 1);
                }
                leaves[tree] = values[node];
            }
        }
    }

    /// <summary>Four trees to a vector, four vectors at once to hide the loads; trees of like depth walk together.</summary>
    private void FindLeavesAvx2(double* row, double* leaves)
    {
        fixed (long* nodes = layout.Nodes)
        fixed (double* thresholds = layout.Thresholds)
        fixed (double* values = layout.Values)
        fixed (ulong* sets = layout.Sets)
        fixed (long* roots = layout.PaddedRoots)
        fixed (int* places = layout.Places)
        {
            double* found = stackalloc double[16];
            for (var block = 0; block < layout.BlockDepths.Length; block++)
            {
                var at = block * 16;
                var a = Vector256.Load(roots + at);
                var b = Vector256.Load(roots + at + 4);
                var c = Vector256.Load(roots + at + 8);
                var d = Vector256.Load(roots + at + 12);
                if (layout.BlockHasSets[block])
                {
                    for (var depth = layout.BlockDepths[block]; depth > 0; depth--)
                    {
                        a = StepWithSets(a, row, nodes, thresholds, sets);
                        b = StepWithSets(b, row, nodes, thresholds, sets);
                        c = StepWithSets(c, row, nodes, thresholds, sets);
                        d = StepWithSets(d, row, nodes, thresholds, sets);
                    }
                }
                else
                {
                    for (var depth = layout.BlockDepths[block]; depth > 0; depth--)
                    {
                        a = Step(a, row, nodes, thresholds);
                        b = Step(b, row, nodes, thresholds);
                        c = Step(c, row, nodes, thresholds);
                        d = Step(d, row, nodes, thresholds);
                    }
                }
                Avx2.GatherVector256(values, a, 8).Store(found);
                Avx2.GatherVector256(values, b, 8).Store(found + 4);
                Avx2.GatherVector256(values, c, 8).Store(found + 8);
                Avx2.GatherVector256(values, d, 8).Store(found + 12);
                var end = Math.Min(16, layout.TreeCount - at);
                for (var i = 0; i < end; i++)
                {
                    leaves[places[at + i]] = found[i];
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<long> Step(Vector256<long> at, double* row, long* nodes, double* thresholds)
    {
        var packed = Avx2.GatherVector256(nodes, at, 8);
        var threshold = Avx2.GatherVector256(thresholds, at, 8);
        var x = Avx2.GatherVector256(row, packed & Vector256.Create((long)TreeLayout.SlotMask), 8);
        var left = Avx.CompareLessThanOrEqual(x, threshold).AsInt64();
        return Avx2.ShiftRightLogical(packed, 32) + Vector256<long>.One + left;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<long> StepWithSets(
        Vector256<long> at,
        double* row,
        long* nodes,
        double* thresholds,
        ulong* sets
    )
    {
        var packed = Avx2.GatherVector256(nodes, at, 8);
        var threshold = Avx2.GatherVector256(thresholds, at, 8);
        var x = Avx2.GatherVector256(row, packed & Vector256.Create((long)TreeLayout.SlotMask), 8);
        var left = Avx.CompareLessThanOrEqual(x, threshold).AsInt64();
        var flag = Vector256.Create((long)TreeLayout.CategoricalBit);
        var categorical = Avx2.CompareEqual(packed & flag, flag);
        if (!Avx.TestZ(categorical, categorical))
        {
            var category = Avx2.ConvertToVector256Int64(Avx.ConvertToVector128Int32WithTruncation(x));
            var word = (threshold.AsInt64() + Avx2.ShiftRightLogical(category, 6)) & categorical;
            var bits = Avx2.GatherVector256((long*)sets, word, 8);
            var shift = (category & Vector256.Create(63L)).AsUInt64();
            var isIn = Avx2.ShiftRightLogicalVariable(bits, shift) & Vector256<long>.One;
            left = Avx2.BlendVariable(left, Vector256<long>.Zero - isIn, categorical);
        }
        return Avx2.ShiftRightLogical(packed, 32) + Vector256<long>.One + left;
    }
}
