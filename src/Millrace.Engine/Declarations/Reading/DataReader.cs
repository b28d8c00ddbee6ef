using Millrace.Core;
using Millrace.Engine.Tables;
using YamlDotNet.RepresentationModel;

namespace Millrace.Engine.Declarations.Reading;

/// <summary>Reads the section <c>data</c>.</summary>
internal static class DataReader
{
    public static DataDeclaration Read(YamlMap map, LoopName loop)
    {
        var data = new DataDeclaration
        {
            Dataset = map.Read("dataset", YamlRead.Named<DatasetName>) ?? new DatasetName(loop.Value),
            Source = ReadSource(map.Demand("source")),
            EventTime = map.Text("event_time"),
            Contract = ReadContract(map),
            MaxQuarantined = map.Read("max_quarantined", YamlRead.Share) ?? 0.5,
            Recipe = map.Find("recipe") is { } recipe ? StepReader.ReadAll(recipe) : [],
            Marks = map.Marks,
            RuleMarks = Rules(map).ToDictionary(r => r.Key.Value!, r => YamlRead.Place(r.Key), StringComparer.Ordinal),
        };
        map.End();
        return data;
    }

    /// <param name="map">With <c>contract</c>, <c>unique</c> and <c>closed</c> among its keys.</param>
    public static Contract ReadContract(YamlMap map) =>
        new()
        {
            Columns = [.. Rules(map).Select(ReadRule)],
            Unique = map.Texts("unique"),
            Closed = map.Read("closed", YamlRead.Flag) ?? false,
        };

    private static IEnumerable<(YamlScalarNode Key, YamlNode Value)> Rules(YamlMap map) =>
        map.Map("contract")?.Entries ?? [];

    /// <summary>A source is a mapping, or just its files.</summary>
    private static SourceDeclaration ReadSource(YamlNode node)
    {
        if (node is not YamlMappingNode)
        {
            return YamlRead.Texts(node, "source") is ["predictions"]
                ? new() { Files = [], Predictions = true }
                : new() { Files = Files(node, "source") };
        }

        var map = new YamlMap(node, "source");
        var files = Files(map.Demand("files"), "files");
        var source = new SourceDeclaration
        {
            Files = files,
            Predictions = map.Read("predictions", YamlRead.Flag) ?? false,
            Read = new ReadOptions
            {
                Format = map.Read("format", YamlRead.Choice<FileFormat>),
                Delimiter = map.Read("delimiter", Character),
                Header = map.Read("header", YamlRead.Flag),
                SkipRows = map.Read("skip_rows", Rows),
                Encoding = map.Text("encoding"),
                Trim = map.Read("trim", YamlRead.Flag),
                NullValues = map.Texts("null_values"),
            },
        };
        map.End();
        return source;
    }

    /// <summary>An empty text would be the folder itself, with whatever lies there: a variable that is not set, most often.</summary>
    private static IReadOnlyList<string> Files(YamlNode node, string key)
    {
        var files = YamlRead.Texts(node, key);
        return files.Any(string.IsNullOrWhiteSpace)
            ? throw new DeclarationException(
                $"'{key}' names files, folders or globs, and there is an empty text.",
                YamlRead.Place(node)
            )
            : files;
    }

    private static int Rows(YamlNode node, string key) =>
        YamlRead.Whole(node, key) is >= 0 and var rows
            ? rows
            : throw new DeclarationException(
                $"'{key}' is a number of rows, and none is below 0.",
                YamlRead.Place(node)
            );

    private static char Character(YamlNode node, string key) =>
        YamlRead.Text(node, key) switch
        {
            [var c] => c,
            "\\t" or "tab" => '\t',
            var other => throw new DeclarationException(
                $"'{key}' is one character, or tab, not '{other}'.",
                YamlRead.Place(node)
            ),
        };

    private static ColumnRule ReadRule((YamlScalarNode Key, YamlNode Value) entry)
    {
        var name = entry.Key.Value!;
        if (entry.Value is YamlScalarNode)
        {
            return new ColumnRule { Name = name, Type = YamlRead.Choice<ColumnType>(entry.Value, "type") };
        }

        if (entry.Value is YamlSequenceNode && name is "unique")
        {
            throw new DeclarationException(
                "'unique' is about several columns: it stands under data, beside contract and not in it.",
                YamlRead.Place(entry.Key)
            );
        }

        var map = new YamlMap(entry.Value, $"The rule of column '{name}'");
        var range = map.Find("range");
        var rule = new ColumnRule
        {
            Name = name,
            Type = map.Read("type", YamlRead.Choice<ColumnType>),
            Format = map.Text("format"),
            Required = map.Read("required", YamlRead.Flag) ?? false,
            Min = range is null ? null : Bound(range, 0),
            Max = range is null ? null : Bound(range, 1),
            Allowed = map.Texts("allowed"),
            Pattern = map.Text("pattern"),
        };
        map.End();
        if (map.Find("allowed") is { } none && rule.Allowed.Count == 0)
        {
            throw new DeclarationException(
                $"Column '{name}' may have no value: 'allowed' is empty. Name values, or leave it out.",
                YamlRead.Place(none)
            );
        }

        if (RuleCheck.Wrong(rule) is { } wrong)
        {
            throw new DeclarationException(wrong, YamlRead.Place(entry.Value));
        }

        return rule;
    }

    /// <summary>One end of [0, 10], [0, null] or [null, 10].</summary>
    private static double? Bound(YamlNode range, int index) =>
        range is YamlSequenceNode { Children: [_, _] ends }
            ? ends[index] is YamlScalarNode { Value: "null" or "~" or "" }
                ? null
                : YamlRead.Number(ends[index], "range")
            : throw new DeclarationException("'range' is [smallest, largest]; null for no end.", YamlRead.Place(range));
}
