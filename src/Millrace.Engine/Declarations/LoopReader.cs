using Millrace.Core;
using Millrace.Engine.Declarations.Reading;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Millrace.Engine.Declarations;

/// <summary>Reads a loop file. Every mistake is refused with its line and column; nothing unknown is passed over.</summary>
public static class LoopReader
{
    /// <summary>A loop file is written by people: this is far beyond what one writes.</summary>
    public const int MaxLength = 1 << 20;

    /// <exception cref="DeclarationException">The text is not YAML, or not a loop; says where and what to write.</exception>
    public static LoopDeclaration Read(string yaml)
    {
        var root = new YamlMap(Parse(yaml), "A loop");
        var loop = YamlRead.Named<LoopName>(root.Demand("loop"), "loop");
        var declaration = new LoopDeclaration
        {
            Loop = loop,
            Description = root.Text("description") ?? "",
            Owner = root.Text("owner") ?? "",
            Tags = Tags(root),
            Data = DataReader.Read(new YamlMap(root.Demand("data"), "data"), loop),
            Model = ModelReader.Read(new YamlMap(root.Demand("model"), "model")),
            Gates = root.Find("gates") is { } gates ? GateReader.ReadAll(gates) : [],
            Deploy = root.Map("deploy") is { } deploy ? DeployReader.Read(deploy, loop) : null,
            Monitor = root.Map("monitor") is { } monitor ? MonitorReader.Read(monitor) : null,
            Retrain = root.Map("retrain") is { } retrain ? MonitorReader.ReadRetrain(retrain) : null,
        };
        root.End();
        return declaration;
    }

    /// <summary>The contract of a loop's file, or of one that holds nothing but <c>contract</c>, <c>unique</c> and <c>closed</c>.</summary>
    /// <exception cref="DeclarationException">The text is neither.</exception>
    public static Contract ReadContract(string yaml)
    {
        var root = new YamlMap(Parse(yaml), "A contract");
        if (root.Find("contract") is null)
        {
            return Read(yaml).Data.Contract;
        }

        var contract = DataReader.ReadContract(root);
        root.End();
        return contract;
    }

    private static YamlNode Parse(string yaml)
    {
        if (yaml.Length > MaxLength)
        {
            throw new DeclarationException($"The file has {yaml.Length} characters; {MaxLength} are allowed.", 1, 1);
        }

        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return stream.Documents.Count switch
            {
                0 => throw new DeclarationException("The file is empty: a loop starts with 'loop: its-name'.", 1, 1),
                1 => stream.Documents[0].RootNode,
                _ => throw new DeclarationException(
                    "The file holds several documents; a loop is one.",
                    YamlRead.Place(stream.Documents[1].RootNode)
                ),
            };
        }
        catch (Exception ex)
            when (ex is YamlException or InvalidOperationException or ArgumentException && FindTab(yaml) is { } tab)
        {
            throw new DeclarationException("A tab indents this line: use spaces.", tab);
        }
        catch (YamlException ex)
        {
            throw new DeclarationException(
                $"This is not YAML: {ex.InnerException?.Message ?? ex.Message}",
                (int)ex.Start.Line,
                (int)ex.Start.Column
            );
        }
        catch (Exception ex) when (ex is InvalidOperationException or ArgumentException)
        {
            // YamlDotNet's scanner gives up on some unfinished texts without saying where.
            throw new DeclarationException("This is not YAML: a bracket or a quote is not closed.", 1, 1);
        }
    }

    /// <summary>The first tab that indents anything. YAML knows none, and YamlDotNet does not say where it met it.</summary>
    private static Position? FindTab(string yaml)
    {
        var line = 0;
        foreach (var text in yaml.AsSpan().EnumerateLines())
        {
            line++;
            var indented = text.TrimStart();
            var tab = text[..^indented.Length].IndexOf('\t');
            if (tab >= 0 && indented is not ([] or ['#', ..]))
            {
                return new Position(line, tab + 1);
            }
        }

        return null;
    }

    private static Dictionary<string, string> Tags(YamlMap root)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        if (root.Map("tags") is { } map)
        {
            foreach (var (key, value) in map.Entries)
            {
                tags[key.Value!] = YamlRead.Text(value, key.Value!);
            }
        }

        return tags;
    }
}
