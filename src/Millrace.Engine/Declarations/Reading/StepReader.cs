using Millrace.Engine.Recipes.Expressions;
using Millrace.Engine.Tables;
using YamlDotNet.RepresentationModel;

namespace Millrace.Engine.Declarations.Reading;

/// <summary>Reads the steps of a recipe. A step that names several columns to change becomes one step for each.</summary>
internal static class StepReader
{
    private const int DefaultMaxValues = 50;

    private static readonly Dictionary<string, Func<YamlNode, IEnumerable<StepDeclaration>>> Steps = new(
        StringComparer.Ordinal
    )
    {
        ["rename"] = node => [new RenameStep(Texts(node, "rename")) { Marks = KeyMarks(node, "rename") }],
        ["cast"] = node => Each(node, "cast", ReadCast),
        ["derive"] = node => Each(node, "derive", (name, value) => new DeriveStep(name, YamlRead.Text(value, name))),
        ["filter"] = node => [new FilterStep(YamlRead.Text(node, "filter"))],
        ["drop_duplicates"] = node =>
            [new DropDuplicatesStep(IsAll(node) ? [] : YamlRead.Texts(node, "drop_duplicates"))],
        ["fill_missing"] = node =>
            Each(node, "fill_missing", (name, value) => new FillMissingStep(name, YamlRead.Text(value, name))),
        ["select"] = node => [new SelectStep(YamlRead.Texts(node, "select"))],
        ["drop"] = node => [new DropStep(YamlRead.Texts(node, "drop"))],
        ["impute"] = node =>
            Each(
                node,
                "impute",
                (name, value) => new ImputeStep([name], YamlRead.Choice<ImputeWith>(value, "way to impute"))
            ),
        ["standardise"] = node => [new StandardiseStep(YamlRead.Texts(node, "standardise"))],
        ["one_hot"] = node => [ReadOneHot(node)],
        ["ordinal"] = node => [new OrdinalStep(YamlRead.Texts(node, "ordinal"))],
    };

    public static IReadOnlyList<StepDeclaration> ReadAll(YamlNode node) =>
        node is YamlSequenceNode list
            ? [.. list.Children.SelectMany(ReadOne)]
            : throw new DeclarationException(
                "'recipe' is a list of steps, each starting with '- '.",
                YamlRead.Place(node)
            );

    private static IEnumerable<StepDeclaration> ReadOne(YamlNode node)
    {
        if (node is not YamlMappingNode { Children: { Count: 1 } children })
        {
            throw new DeclarationException(
                "A step is one key, the step's name: '- filter: price > 0'.",
                YamlRead.Place(node)
            );
        }

        var (key, value) = children[0];
        var name = YamlRead.Text(key, "step");
        if (!Steps.TryGetValue(name, out var read))
        {
            throw new DeclarationException(
                $"There is no step '{name}'.{DidYouMean.HintOrChoice(name, Steps.Keys)}",
                YamlRead.Place(key)
            );
        }

        foreach (var step in read(value))
        {
            var placed = step.At.IsKnown
                ? step
                : step with
                {
                    At = YamlRead.Place(value),
                    Marks = step.Marks ?? ColumnMarks(value),
                };
            CheckSyntax(placed);
            yield return placed;
        }
    }

    /// <summary>Types wait for the columns of the data, but what is no expression at all is known now.</summary>
    private static void CheckSyntax(StepDeclaration step)
    {
        var expression = step switch
        {
            DeriveStep derive => derive.Expression,
            FilterStep filter => filter.Expression,
            _ => null,
        };
        if (expression is not null)
        {
            Parser.Parse(expression, step.At);
        }
    }

    private static IEnumerable<StepDeclaration> Each(
        YamlNode node,
        string step,
        Func<string, YamlNode, StepDeclaration> read
    ) =>
        new YamlMap(node, step).Entries.Select(entry =>
            read(entry.Key.Value!, entry.Value) with
            {
                At = YamlRead.Place(entry.Value),
                Marks = new Dictionary<string, Position>(StringComparer.Ordinal)
                {
                    [entry.Key.Value!] = YamlRead.Place(entry.Key),
                },
            }
        );

    /// <summary>Where the columns stand that are keys of a step.</summary>
    private static Dictionary<string, Position> KeyMarks(YamlNode node, string step) =>
        new YamlMap(node, step).Entries.ToDictionary(
            e => e.Key.Value ?? "",
            e => YamlRead.Place(e.Key),
            StringComparer.Ordinal
        );

    private static CastStep ReadCast(string name, YamlNode value)
    {
        if (value is YamlScalarNode)
        {
            return new CastStep(name, YamlRead.Choice<ColumnType>(value, "type"), null);
        }

        var map = new YamlMap(value, $"The cast of '{name}'");
        var step = new CastStep(name, YamlRead.Choice<ColumnType>(map.Demand("type"), "type"), map.Text("format"));
        map.End();
        return step;
    }

    private static OneHotStep ReadOneHot(YamlNode node)
    {
        if (node is not YamlMappingNode)
        {
            return new OneHotStep(YamlRead.Texts(node, "one_hot"), DefaultMaxValues);
        }

        var map = new YamlMap(node, "one_hot");
        var columns = map.Demand("columns");
        var max = map.Read("max_values", YamlRead.Whole) ?? DefaultMaxValues;
        map.End();
        return max is >= 1 and <= 10_000
            ? new OneHotStep(YamlRead.Texts(columns, "columns"), max) { Marks = ColumnMarks(columns) }
            : throw new DeclarationException("'max_values' is 1 to 10000.", map.Marks["max_values"]);
    }

    private static Dictionary<string, string> Texts(YamlNode node, string step) =>
        new YamlMap(node, step).Entries.ToDictionary(
            e => e.Key.Value!,
            e => YamlRead.Text(e.Value, e.Key.Value!),
            StringComparer.Ordinal
        );

    private static bool IsAll(YamlNode node) => node is YamlScalarNode { Value: "all" or "true" };

    /// <summary>Where each column of a list stands.</summary>
    private static Dictionary<string, Position>? ColumnMarks(YamlNode node)
    {
        if (node is not YamlSequenceNode list)
        {
            return null;
        }

        var marks = new Dictionary<string, Position>(StringComparer.Ordinal);
        foreach (var child in list.Children.OfType<YamlScalarNode>())
        {
            marks.TryAdd(child.Value ?? "", YamlRead.Place(child));
        }

        return marks;
    }
}
