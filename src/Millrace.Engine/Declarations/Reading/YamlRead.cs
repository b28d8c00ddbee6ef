using System.Globalization;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Millrace.Engine.Declarations.Reading;

/// <summary>Single values of a loop file, each with its place in every complaint.</summary>
internal static class YamlRead
{
    public static Position Place(YamlNode node)
    {
        // A quoted text starts behind its quote, so columns inside an expression point at the right character. A block
        // starts on the next line; how far it is indented, the parser does not tell.
        var (line, column) = ((int)node.Start.Line, (int)node.Start.Column);
        return (node as YamlScalarNode)?.Style switch
        {
            ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted => new(line, column + 1),
            ScalarStyle.Literal or ScalarStyle.Folded => new(line + 1, 1),
            _ => new(line, column),
        };
    }

    public static string Text(YamlNode node, string key) =>
        node is YamlScalarNode scalar
            ? scalar.Value ?? ""
            : throw new DeclarationException($"'{key}' is a single text here, not a list or a mapping.", Place(node));

    /// <summary>A list of texts; a single text is a list of one.</summary>
    public static IReadOnlyList<string> Texts(YamlNode node, string key) =>
        node is YamlSequenceNode list ? [.. list.Children.Select(child => Text(child, key))] : [Text(node, key)];

    public static bool Flag(YamlNode node, string key) =>
        Text(node, key) switch
        {
            "true" => true,
            "false" => false,
            var other => throw new DeclarationException($"'{key}' is true or false, not '{other}'.", Place(node)),
        };

    public static int Whole(YamlNode node, string key) =>
        int.TryParse(Text(node, key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new DeclarationException($"'{key}' is a whole number, not '{Text(node, key)}'.", Place(node));

    public static double Number(YamlNode node, string key) =>
        double.TryParse(Text(node, key), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
        && double.IsFinite(value)
            ? value
            : throw new DeclarationException($"'{key}' is a number, not '{Text(node, key)}'.", Place(node));

    /// <summary>A share of a whole: 20% or 0.2; more than none, at most all.</summary>
    public static double Share(YamlNode node, string key)
    {
        var text = Text(node, key);
        var percent = text.EndsWith('%');
        return
            double.TryParse(
                text.TrimEnd('%'),
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var value
            ) && (percent ? value / 100 : value) is > 0 and <= 1 and var share
            ? share
            : throw new DeclarationException($"'{key}' is a share such as 20% or 0.2, not '{text}'.", Place(node));
    }

    /// <summary>A duration: 30s, 15m, 12h, 7d, 4w.</summary>
    public static TimeSpan Duration(YamlNode node, string key)
    {
        var text = Text(node, key);
        if (
            text.Length > 1
            && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && value is > 0 and < 100_000
        )
        {
            switch (text[^1])
            {
                case 's':
                    return TimeSpan.FromSeconds(value);
                case 'm':
                    return TimeSpan.FromMinutes(value);
                case 'h':
                    return TimeSpan.FromHours(value);
                case 'd':
                    return TimeSpan.FromDays(value);
                case 'w':
                    return TimeSpan.FromDays(7 * value);
                default:
                    break;
            }
        }

        throw new DeclarationException(
            $"'{key}' is a duration such as 30s, 15m, 12h, 7d or 4w, not '{text}'.",
            Place(node)
        );
    }

    /// <summary>One of a closed choice, by its name in snake case.</summary>
    public static T Choice<T>(YamlNode node, string key)
        where T : struct, Enum
    {
        var text = Text(node, key);
        var names = Enum.GetValues<T>()
            .ToDictionary(v => JsonNamingPolicy.SnakeCaseLower.ConvertName(v.ToString()), StringComparer.Ordinal);
        return names.TryGetValue(text, out var value)
            ? value
            : throw new DeclarationException(
                $"'{text}' is no {key}.{DidYouMean.HintOrChoice(text, names.Keys)}",
                Place(node)
            );
    }

    /// <summary>A name of this project, such as a dataset's.</summary>
    public static T Named<T>(YamlNode node, string key)
        where T : struct, IParsable<T>
    {
        try
        {
            return T.Parse(Text(node, key), CultureInfo.InvariantCulture);
        }
        catch (Core.RefusalException refusal)
        {
            throw new DeclarationException(refusal.Message, Place(node));
        }
    }
}
