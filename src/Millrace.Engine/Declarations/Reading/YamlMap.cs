using YamlDotNet.RepresentationModel;

namespace Millrace.Engine.Declarations.Reading;

/// <summary>
/// One mapping of a loop file: its keys are asked for by name, and what was never asked for is refused at the end, so that a
/// misspelt key is an error and not a silence.
/// </summary>
internal sealed class YamlMap
{
    private readonly string _title;
    private readonly Dictionary<string, (YamlScalarNode Key, YamlNode Value)> _entries = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Position> _marks = new(StringComparer.Ordinal);

    public YamlMap(YamlNode node, string title)
    {
        _title = title;
        At = YamlRead.Place(node);
        if (node is not YamlMappingNode map)
        {
            // A title is a key, or words that begin a sentence.
            var named = char.IsUpper(title[0]) ? title : $"'{title}'";
            throw new DeclarationException($"{named} is a mapping of keys to values here.", At);
        }

        foreach (var (key, value) in map.Children)
        {
            var name =
                key as YamlScalarNode ?? throw new DeclarationException("A key is plain text.", YamlRead.Place(key));
            _entries[name.Value ?? ""] = (name, value);
            _marks[name.Value ?? ""] = YamlRead.Place(value);
        }
    }

    public Position At { get; }

    /// <summary>Where each key's value stands.</summary>
    public IReadOnlyDictionary<string, Position> Marks => _marks;

    public IEnumerable<(YamlScalarNode Key, YamlNode Value)> Entries => _entries.Values;

    public YamlNode? Find(string key)
    {
        _asked.Add(key);
        return
            _entries.TryGetValue(key, out var entry)
            && entry.Value
                is not YamlScalarNode { Value: "" or "~" or "null", Style: YamlDotNet.Core.ScalarStyle.Plain }
            ? entry.Value
            : null;
    }

    public YamlNode Demand(string key) =>
        Find(key)
        ?? throw new DeclarationException(
            $"{_title} needs '{key}'.{DidYouMeanFor(key)}",
            _entries.TryGetValue(key, out var entry) ? YamlRead.Place(entry.Key) : At
        );

    public string? Text(string key) => Find(key) is { } node ? YamlRead.Text(node, key) : null;

    public T? Read<T>(string key, Func<YamlNode, string, T> read)
        where T : struct => Find(key) is { } node ? read(node, key) : null;

    public IReadOnlyList<string> Texts(string key) => Find(key) is { } node ? YamlRead.Texts(node, key) : [];

    public YamlMap? Map(string key) => Find(key) is { } node ? new YamlMap(node, key) : null;

    /// <summary>Refuses keys that nobody asked for.</summary>
    public void End()
    {
        foreach (var (name, (key, _)) in _entries)
        {
            if (!_asked.Contains(name))
            {
                throw new DeclarationException(
                    $"{_title} has no key '{name}'.{DidYouMean.HintOrChoice(name, _asked)}",
                    YamlRead.Place(key)
                );
            }
        }
    }

    /// <summary>A missing key may stand there under another spelling.</summary>
    private string DidYouMeanFor(string key)
    {
        var near = DidYouMean.Hint(key, _entries.Keys.Where(k => !_asked.Contains(k)));
        return near.Length == 0 ? "" : near.Replace("Did you mean", "Is it meant by", StringComparison.Ordinal);
    }
}
