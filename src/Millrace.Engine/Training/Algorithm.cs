using System.Globalization;
using Millrace.Core;
using Millrace.Engine.Declarations;

namespace Millrace.Engine.Training;

/// <summary>
/// A way to learn, by the name that loop files use. Everything that reads, checks or explains algorithms reads this table;
/// docs/reference/algorithms.md is tested against it.
/// </summary>
public sealed record Algorithm(string Name, IReadOnlyList<TaskKind> Tasks, string Summary)
{
    public required IReadOnlyList<HyperParameter> Parameters { get; init; }

    public static Algorithm LightGbm { get; } =
        new("lightgbm", [TaskKind.Classify, TaskKind.Regress], "Gradient-boosted decision trees (LightGBM).")
        {
            Parameters =
            [
                Whole("num_iterations", 1000, 1, 100_000, "Most rounds; early stopping usually ends sooner."),
                Number("learning_rate", 0.05, 1e-6, 1, "How much of each tree is added."),
                Whole("num_leaves", 31, 2, 131_072, "Most leaves of a tree."),
                Whole("max_depth", -1, -1, 1000, "Deepest tree; -1 for no limit."),
                Whole("min_data_in_leaf", 20, 0, 1_000_000_000, "Fewest training rows in a leaf."),
                Number("min_sum_hessian_in_leaf", 1e-3, 0, double.MaxValue, "Least weight of a leaf."),
                Number("min_gain_to_split", 0, 0, double.MaxValue, "Least gain that justifies a split."),
                Number("lambda_l1", 0, 0, double.MaxValue, "L1 regularisation of leaf values."),
                Number("lambda_l2", 0, 0, double.MaxValue, "L2 regularisation of leaf values."),
                Number(
                    "feature_fraction",
                    0.8,
                    1e-6,
                    1,
                    "Share of the features that a tree may use, drawn by the seed."
                ),
                Number(
                    "bagging_fraction",
                    0.8,
                    1e-6,
                    1,
                    "Share of the rows that a tree is grown on, drawn by the seed."
                ),
                Whole("bagging_freq", 1, 0, 100_000, "Rows are drawn anew every so many rounds; 0 for never."),
                Whole("max_bin", 255, 2, 65_535, "Most distinct values told apart in a feature."),
                Number("cat_smooth", 10, 0, double.MaxValue, "Smoothing of rare categories."),
                Number("cat_l2", 10, 0, double.MaxValue, "L2 regularisation of categorical splits."),
                Whole("max_cat_threshold", 32, 1, 100_000, "Most categories on one side of a split."),
                Choice("objective", "l2", ["l2", "l1"], "Regress only: squared (mean) or absolute (median) error.") with
                {
                    Only = TaskKind.Regress,
                },
                Number(
                    "validation",
                    0.15,
                    0,
                    0.9,
                    "Share of the training rows that decides when to stop; 0 for all rounds."
                ),
                Whole(
                    "early_stopping_rounds",
                    50,
                    1,
                    100_000,
                    "Stop after so many rounds without a better validation metric: log loss for classes, the loop's own for numbers."
                ),
                Choice(
                    "refit",
                    "true",
                    ["true", "false"],
                    "Learn once more on all training rows, validation rows too, for as many rounds as were best."
                ),
                Whole(
                    "num_threads",
                    0,
                    0,
                    1024,
                    "0 for as many as the rows keep busy, one a core at most. Changes the speed and nothing else."
                ),
            ],
        };

    public static Algorithm Popularity { get; } =
        new(
            "popularity",
            [TaskKind.Recommend],
            "What most users liked of late, the same for everyone but for what he has."
        )
        {
            Parameters =
            [
                Duration("half_life", "3d", "After this long, a user's liking counts half; none for plain counts."),
            ],
        };

    public static Algorithm ItemKnn { get; } =
        new(
            "item_knn",
            [TaskKind.Recommend],
            "Items near those that the user liked, and popularity where nothing is near."
        )
        {
            Parameters =
            [
                Whole("neighbours", 50, 1, 10_000, "Neighbours kept for each item."),
                Whole("history", 50, 1, 100_000, "A user's newest liked items that are looked at."),
                Number("shrinkage", 5, 0, double.MaxValue, "Damps the similarity of items that few users had."),
                Duration(
                    "similarity_half_life",
                    "14d",
                    "A pair this old counts half when items are compared; none for no decay."
                ),
                Duration(
                    "history_half_life",
                    "14d",
                    "A liked item this old counts half for its user's list; none for no decay."
                ),
                Duration("popularity_half_life", "3d", "Of the popularity mixed in, as of the algorithm popularity."),
                Number(
                    "popularity_weight",
                    2,
                    0,
                    double.MaxValue,
                    "What the most popular item gets beside the sum of similarities; near 0, popularity only fills up lists."
                ),
            ],
        };

    public static IReadOnlyList<Algorithm> All { get; } = [LightGbm, Popularity, ItemKnn];

    /// <exception cref="DeclarationException">The task has no algorithm of that name.</exception>
    public static Algorithm Find(AlgorithmDeclaration declared, TaskKind task)
    {
        var fitting = All.Where(a => a.Tasks.Contains(task)).ToList();
        return fitting.Find(a => string.Equals(a.Name, declared.Name, StringComparison.Ordinal))
            ?? throw new DeclarationException(
                $"There is no algorithm '{declared.Name}' for {task.Word()}.{DidYouMean.HintOrChoice(declared.Name, [.. fitting.Select(a => a.Name)])}",
                declared.At
            );
    }

    /// <summary>All hyper-parameters that mean something for a task, or for any; defaults included.</summary>
    /// <exception cref="DeclarationException">One is not the algorithm's, or cannot have that value.</exception>
    public ParameterValues Resolve(AlgorithmDeclaration declared, TaskKind? task = null)
    {
        foreach (var name in declared.Parameters.Keys)
        {
            if (!Parameters.Any(p => string.Equals(p.Name, name, StringComparison.Ordinal)))
            {
                throw new DeclarationException(
                    $"{Name} has no hyper-parameter '{name}'.{DidYouMean.HintOrChoice(name, [.. Parameters.Select(p => p.Name)])}",
                    Place(declared, name)
                );
            }
        }
        return new ParameterValues(
            Parameters
                .Where(p => task is null || p.Only is null || p.Only == task)
                .ToDictionary(
                    p => p.Name,
                    p =>
                        p.Canonical(
                            Name,
                            declared.Parameters.GetValueOrDefault(p.Name, p.Default),
                            Place(declared, p.Name)
                        ),
                    StringComparer.Ordinal
                )
        );
    }

    /// <exception cref="DeclarationException">One of those declared means something for another task only.</exception>
    public void DemandMeant(AlgorithmDeclaration declared, TaskKind task)
    {
        if (
            Parameters.FirstOrDefault(p =>
                p.Only is { } only && only != task && declared.Parameters.ContainsKey(p.Name)
            ) is
            { } other
        )
        {
            throw new DeclarationException(
                $"{Name} has '{other.Name}' for the task {other.Only!.Value.Word()} only: leave it out.",
                Place(declared, other.Name)
            );
        }
    }

    private static Position Place(AlgorithmDeclaration declared, string parameter) =>
        declared.Marks.TryGetValue(parameter, out var at) ? at : declared.At;

    private static HyperParameter Whole(string name, long value, long min, long max, string meaning) =>
        new(name, ParameterKind.Whole, value.ToString(CultureInfo.InvariantCulture), meaning) { Min = min, Max = max };

    private static HyperParameter Number(string name, double value, double min, double max, string meaning) =>
        new(name, ParameterKind.Number, value.ToString("R", CultureInfo.InvariantCulture), meaning)
        {
            Min = min,
            Max = max,
        };

    private static HyperParameter Duration(string name, string value, string meaning) =>
        new(name, ParameterKind.Duration, value, meaning);

    private static HyperParameter Choice(string name, string value, IReadOnlyList<string> choices, string meaning) =>
        new(name, ParameterKind.Choice, value, meaning) { Choices = choices };
}

/// <summary>Hyper-parameters as used.</summary>
public sealed record ParameterValues(IReadOnlyDictionary<string, string> All)
{
    public int Whole(string name) => int.Parse(All[name], CultureInfo.InvariantCulture);

    public double Number(string name) => double.Parse(All[name], CultureInfo.InvariantCulture);

    public TimeSpan Duration(string name) => HyperParameter.Duration(All[name])!.Value;

    public string Text(string name) => All[name];

    public bool Flag(string name) => All[name] is "true";
}
