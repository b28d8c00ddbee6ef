using System.Globalization;
using Millrace.Core;

namespace Millrace.Engine.Scoring;

/// <summary>
/// Reads LightGBM's text format, versions v3 and v4 (src/boosting/gbdt_model_text.cpp, src/io/tree.cpp): a header and then a block
/// of <c>key=value</c> lines for each tree. Numbers are written with 17 digits, so that they come back bit for bit.
/// </summary>
internal static class TreeModelReader
{
    private const int MaxTrees = 100_000;
    private const int MaxLeaves = 1 << 20;
    private const int MaxLineLength = 1 << 28;

    private static readonly HashSet<string> Identity = new(StringComparer.Ordinal)
    {
        "regression",
        "regression_l1",
        "huber",
        "fair",
        "quantile",
        "mape",
    };

    public static TreeModel Read(TextReader text)
    {
        if (!string.Equals(text.ReadLine(), "tree", StringComparison.Ordinal))
        {
            throw Broken("it does not begin with 'tree'");
        }
        var header = Block(text, out var more);
        var version = Value(header, "version");
        if (version is not ("v3" or "v4"))
        {
            throw Broken($"version {version} is not known; v3 and v4 are");
        }
        if (header.ContainsKey("average_output"))
        {
            throw Broken("random forests (average_output) are not supported");
        }
        var features = Int(header, "max_feature_idx") + 1;
        var perIteration = Int(header, "num_tree_per_iteration");
        if (features < 1 || perIteration is < 1 or > 10_000)
        {
            throw Broken("it has no features or no classes");
        }
        var (transform, sigmoid) = Transform(header.GetValueOrDefault("objective", "regression"), perIteration);
        var trees = new List<Tree>();
        while (more is not null && more.StartsWith("Tree=", StringComparison.Ordinal))
        {
            if (trees.Count == MaxTrees)
            {
                throw Broken($"it has more than {MaxTrees} trees");
            }
            trees.Add(ReadTree(Block(text, out more), trees.Count, features));
        }
        if (!string.Equals(more, "end of trees", StringComparison.Ordinal))
        {
            throw Broken("it ends before 'end of trees'");
        }
        if (trees.Count == 0 || trees.Count % perIteration != 0)
        {
            throw Broken($"{trees.Count} trees do not divide into rounds of {perIteration}");
        }
        return new TreeModel(features, perIteration, transform, sigmoid, trees);
    }

    /// <summary>Lines up to the next one without '=' or the next tree, which is left in <paramref name="next"/>.</summary>
    private static Dictionary<string, string> Block(TextReader text, out string? next)
    {
        var block = new Dictionary<string, string>(StringComparer.Ordinal);
        while ((next = text.ReadLine()) is not null)
        {
            if (next.Length == 0)
            {
                continue;
            }
            if (
                next.Length > MaxLineLength
                || next.StartsWith("Tree=", StringComparison.Ordinal)
                || next.StartsWith("end of", StringComparison.Ordinal)
            )
            {
                break;
            }
            var equals = next.IndexOf('=', StringComparison.Ordinal);
            block[equals < 0 ? next : next[..equals]] = equals < 0 ? "" : next[(equals + 1)..];
        }
        return block;
    }

    private static Tree ReadTree(Dictionary<string, string> block, int number, int features)
    {
        var leaves = Int(block, "num_leaves");
        if (leaves is < 1 or > MaxLeaves)
        {
            throw Broken($"tree {number} has {leaves} leaves");
        }
        if (block.GetValueOrDefault("is_linear", "0") is not "0")
        {
            throw Broken("linear trees are not supported");
        }
        var leafValues = Doubles(block, "leaf_value");
        if (leaves == 1)
        {
            return new Tree([], [], [], [], [], leafValues is [var only, ..] ? [only] : [0], [], []);
        }
        var sets = block.GetValueOrDefault("num_cat", "0") is not "0";
        var tree = new Tree(
            Ints(block, "split_feature"),
            Doubles(block, "threshold"),
            [.. Ints(block, "decision_type").Select(d => (byte)d)],
            Ints(block, "left_child"),
            Ints(block, "right_child"),
            leafValues,
            sets ? Ints(block, "cat_boundaries") : [],
            sets
                ? List(block, "cat_threshold", s => uint.Parse(s, NumberStyles.Integer, CultureInfo.InvariantCulture))
                : []
        );
        tree.Check(number, features);
        return tree;
    }

    private static (ScoreTransform, double Sigmoid) Transform(string objective, int perIteration)
    {
        var words = objective.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var name = words.FirstOrDefault("");
        var options = words.Skip(1).ToArray();
        if (name is "binary" && perIteration == 1)
        {
            var sigmoid = options.FirstOrDefault(o => o.StartsWith("sigmoid:", StringComparison.Ordinal));
            return (ScoreTransform.Sigmoid, sigmoid is null ? 1 : Number(sigmoid["sigmoid:".Length..]));
        }
        if (name is "multiclass" && perIteration > 1)
        {
            return (ScoreTransform.Softmax, 1);
        }
        return Identity.Contains(name) && perIteration == 1 && !options.Contains("sqrt", StringComparer.Ordinal)
            ? (ScoreTransform.None, 1)
            : throw Broken(
                $"the objective '{objective}' is not supported: binary, multiclass and plain regression are"
            );
    }

    private static string Value(Dictionary<string, string> block, string key) =>
        block.TryGetValue(key, out var value) ? value : throw Broken($"'{key}' is missing");

    private static int Int(Dictionary<string, string> block, string key) =>
        int.TryParse(Value(block, key), NumberStyles.Integer, CultureInfo.InvariantCulture, out var n)
            ? n
            : throw Broken($"'{key}' is not a number");

    private static int[] Ints(Dictionary<string, string> block, string key) =>
        List(block, key, s => int.Parse(s, NumberStyles.Integer, CultureInfo.InvariantCulture));

    private static double[] Doubles(Dictionary<string, string> block, string key) => List(block, key, Number);

    /// <summary>LightGBM prints as C does. "inf" is a usual threshold: everything that is not missing lies below it.</summary>
    private static double Number(string text) =>
        text switch
        {
            "inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
        };

    private static T[] List<T>(Dictionary<string, string> block, string key, Func<string, T> parse)
    {
        try
        {
            return [.. Value(block, key).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(parse)];
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw Broken($"'{key}' holds something that is not a number");
        }
    }

    private static RefusalException Broken(string why) =>
        Refusal.Invalid($"model.txt is not a LightGBM text model that can be served: {why}.");
}
