using System.Globalization;
using System.Text.RegularExpressions;
using Millrace.Core;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Declarations;

/// <summary>Whether a column's rule can be applied to any rows at all.</summary>
public static class RuleCheck
{
    /// <summary>What DuckDB's strptime reads, and what of it may go without leading zeros.</summary>
    private const string Specifiers = "aAbBcdfgGHhIjmMnpSTuUVwWxXyYzZ%";
    private const string Unpadded = "dHIjmMSy";

    private static readonly string[] Epochs = ["epoch_s", "epoch_ms", "epoch_us"];

    /// <returns>What is wrong with it, for a person; null for a rule that can be used.</returns>
    public static string? Wrong(ColumnRule rule) =>
        (
            WrongPattern(rule.Pattern)
            ?? WrongFormat(rule)
            ?? WrongRange(rule)
            ?? rule.Allowed.Select(value => WrongValue(rule.Type, value)).FirstOrDefault(wrong => wrong is not null)
        )
            is { } wrong
            ? $"Column '{rule.Name}': {wrong}"
            : null;

    /// <summary>What is said where a column that no rule declares turns out to hold something else than numbers.</summary>
    public static string NoRange(string column, ColumnType type) =>
        $"The contract gives {column} a range, but its cells are {type.Word()}: declare it int64 or double to send what is no number to quarantine.";

    private static string? WrongPattern(string? pattern)
    {
        try
        {
            // The same restrictions as RE2's, which has neither look-around nor back-references.
            _ = pattern is null ? null : new Regex(pattern, RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));
            return null;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return $"'{pattern}' is no regular expression that can be used: {e.Message}";
        }
    }

    private static string? WrongFormat(ColumnRule rule)
    {
        if (rule is { Format: not null, Type: { } type and not (ColumnType.Date or ColumnType.Timestamp) })
        {
            return $"it has a format, but is declared {type.Word()}: formats are for date and timestamp.";
        }

        if (rule.Format is not { } format || Epochs.Contains(format, StringComparer.Ordinal))
        {
            return null;
        }

        for (var i = format.IndexOf('%', StringComparison.Ordinal); i >= 0; i = format.IndexOf('%', i + 1))
        {
            var known = Specifiers;
            if (++i < format.Length && format[i] == '-')
            {
                (known, i) = (Unpadded, i + 1);
            }

            if (i == format.Length || !known.Contains(format[i], StringComparison.Ordinal))
            {
                return $"'{format}' has '{format[format.LastIndexOf('%', i - 1)..Math.Min(i + 1, format.Length)]}', which is no part of a moment. Write it like '%d.%m.%Y %H:%M:%S', or epoch_s, epoch_ms, epoch_us.";
            }
        }

        return null;
    }

    private static string? WrongRange(ColumnRule rule) =>
        rule.Min is null && rule.Max is null ? null
        : rule.Type is { } type and not (ColumnType.Int32 or ColumnType.Int64 or ColumnType.Double)
            ? $"it has a range, but is declared {type.Word()}: ranges are for numbers."
        : rule.Min > rule.Max ? "the range ends before it begins: [smallest, largest]."
        : null;

    private static string? WrongValue(ColumnType? type, string value)
    {
        var isOne = type switch
        {
            ColumnType.Int32 => int.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out _),
            ColumnType.Int64 => long.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out _),
            ColumnType.Double => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _),
            _ => true,
        };
        return isOne ? null : $"'{value}' is allowed, but is no {type!.Value.Word()}, which the column is declared.";
    }
}
