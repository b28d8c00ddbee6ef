using System.Globalization;

namespace Millrace.Engine.Recipes.Expressions;

/// <summary>Constants of an expression as SQL that says their type, since SQL would read a plain number as a decimal.</summary>
internal static class TypedLiteral
{
    public static string Of(string value)
    {
        // The SQL parser ends at a NUL.
        if (!value.Contains('\0', StringComparison.Ordinal))
        {
            return $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
        }

        var pieces = value.Split('\0').Select(p => $"'{p.Replace("'", "''", StringComparison.Ordinal)}'");
        return $"({string.Join(" || chr(0) || ", pieces)})";
    }

    public static string Of(long value) => string.Create(CultureInfo.InvariantCulture, $"CAST({value} AS BIGINT)");

    public static string Of(double value) => $"CAST('{Conversions.Text(value)}' AS DOUBLE)";

    public static string Of(bool value) => value ? "true" : "false";
}
