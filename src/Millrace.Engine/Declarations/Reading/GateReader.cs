using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Millrace.Engine.Declarations.Reading;

/// <summary>Reads gates: <c>metric &gt;= champion - 0.005</c>, <c>metric &lt;= baseline</c>, <c>metric &gt; 0.7</c>.</summary>
internal static partial class GateReader
{
    public static IReadOnlyList<GateDeclaration> ReadAll(YamlNode node)
    {
        var children = node is YamlSequenceNode list ? list.Children : [node];
        return [.. children.Select(child => Read(YamlRead.Text(child, "gates"), YamlRead.Place(child)))];
    }

    private static GateDeclaration Read(string text, Position at)
    {
        var match = Pattern().Match(text);
        if (!match.Success || (!match.Groups["reference"].Success && !match.Groups["offset"].Success))
        {
            throw new DeclarationException(
                $"'{text}' is no gate. Write 'metric >= bound', where the bound is a number, baseline or champion, with + or - a number.",
                at
            );
        }

        var offset = match.Groups["offset"].Success
            ? double.Parse(
                match.Groups["offset"].Value.Replace(" ", "", StringComparison.Ordinal),
                CultureInfo.InvariantCulture
            )
            : 0;
        return new GateDeclaration(
            text.Trim(),
            match.Groups["metric"].Value,
            match.Groups["comparison"].Value switch
            {
                ">=" => GateComparison.AtLeast,
                "<=" => GateComparison.AtMost,
                ">" => GateComparison.Above,
                _ => GateComparison.Below,
            },
            match.Groups["reference"].Value switch
            {
                "baseline" => GateReference.Baseline,
                "champion" => GateReference.Champion,
                _ => GateReference.Constant,
            },
            offset
        )
        {
            At = at,
        };
    }

    [GeneratedRegex(
        @"^\s*(?<metric>[a-z][a-z0-9_]*(@[0-9]+)?)\s*(?<comparison>>=|<=|>|<)\s*((?<reference>baseline|champion)\s*(?<offset>[+-]\s*[0-9]+(\.[0-9]+)?)?|(?<offset>-?\s*[0-9]+(\.[0-9]+)?))\s*$",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Pattern();
}
