using System.Text.RegularExpressions;

namespace Millrace.Engine.Declarations;

/// <summary>What is done to the text of a loop file before it is read.</summary>
public static partial class LoopText
{
    /// <summary>Replaces ${NAME} and ${NAME:-default} by variables; $$ stands for a dollar sign.</summary>
    /// <exception cref="DeclarationException">A variable without a default is not set.</exception>
    public static string Substitute(string yaml, Func<string, string?> variable) =>
        Pattern()
            .Replace(
                yaml,
                match =>
                {
                    if (string.Equals(match.Value, "$$", StringComparison.Ordinal))
                    {
                        return "$";
                    }

                    var name = match.Groups["name"].Value;
                    var value = variable(name);
                    return !string.IsNullOrEmpty(value) ? value
                        : match.Groups["default"].Success ? match.Groups["default"].Value
                        : throw new DeclarationException(
                            $"The variable {name} is not set. Set it, or give it a default: ${{{name}:-value}}.",
                            new Position(1, 1).Within(yaml, match.Index)
                        );
                }
            );

    [GeneratedRegex(@"\$\$|\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?<default>[^}]*))?\}", RegexOptions.None, 1000)]
    private static partial Regex Pattern();
}
