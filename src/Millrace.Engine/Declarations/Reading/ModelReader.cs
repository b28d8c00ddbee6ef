using System.Collections.ObjectModel;
using YamlDotNet.RepresentationModel;

namespace Millrace.Engine.Declarations.Reading;

/// <summary>Reads the section <c>model</c>.</summary>
internal static class ModelReader
{
    public static ModelDeclaration Read(YamlMap map)
    {
        var model = new ModelDeclaration
        {
            Task = YamlRead.Choice<TaskKind>(map.Demand("task"), "task"),
            Target = map.Text("target"),
            Positive = map.Text("positive"),
            User = map.Text("user"),
            Item = map.Text("item"),
            Liked = map.Text("liked"),
            Ignore = map.Texts("ignore"),
            Try = [.. Algorithms(map.Demand("try"))],
            Window = map.Read("window", YamlRead.Duration),
            Split = map.Map("split") is { } split ? ReadSplit(split) : new(),
            Metric = map.Text("metric"),
            Seed = map.Read("seed", YamlRead.Whole) ?? 1,
            Marks = map.Marks,
        };
        if (model.Task == TaskKind.Recommend)
        {
            map.Demand("user");
            map.Demand("item");
        }
        else
        {
            map.Demand("target");
        }

        map.End();
        return model;
    }

    private static SplitDeclaration ReadSplit(YamlMap map)
    {
        var split = new SplitDeclaration
        {
            By = map.Read("by", YamlRead.Choice<SplitBy>),
            Test = map.Read("test", YamlRead.Share) ?? 0.2,
            Refit = map.Read("refit", YamlRead.Flag) ?? true,
            Group = map.Text("group"),
        };
        map.End();
        if (split.Test >= 1)
        {
            throw new DeclarationException("'test' leaves rows to learn from: less than 100%.", map.Marks["test"]);
        }

        if (split.By == SplitBy.Group)
        {
            map.Demand("group");
        }

        return split;
    }

    private static IEnumerable<AlgorithmDeclaration> Algorithms(YamlNode node)
    {
        var children = node is YamlSequenceNode list ? list.Children : [node];
        if (children.Count == 0)
        {
            throw new DeclarationException("'try' names at least one algorithm.", YamlRead.Place(node));
        }

        return children.Select(Algorithm);
    }

    /// <summary>A name, or a name with its hyper-parameters: lightgbm: { num_leaves: 15 }.</summary>
    private static AlgorithmDeclaration Algorithm(YamlNode node)
    {
        if (node is not YamlMappingNode { Children: { Count: 1 } children })
        {
            return new(YamlRead.Text(node, "try"), ReadOnlyDictionary<string, string>.Empty)
            {
                At = YamlRead.Place(node),
            };
        }

        var (key, value) = children[0];
        var map = new YamlMap(value, YamlRead.Text(key, "try"));
        var parameters = map.Entries.ToDictionary(
            e => e.Key.Value!,
            e => YamlRead.Text(e.Value, e.Key.Value!),
            StringComparer.Ordinal
        );
        return new(YamlRead.Text(key, "try"), parameters) { At = YamlRead.Place(key), Marks = map.Marks };
    }
}
