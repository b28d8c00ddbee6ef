using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using Millrace.Engine.Declarations;
using Millrace.Monitoring.Feedback;

namespace Millrace.Monitoring.Drift;

/// <summary>Counts what a prediction was asked of and what it said: into bins, and against the contract. Pure.</summary>
internal static class CountInputs
{
    private static readonly ConcurrentDictionary<string, Regex?> Patterns = new(StringComparer.Ordinal);

    public static void Run(
        DayCounts day,
        VersionFacts facts,
        Contract contract,
        JsonElement inputs,
        ReadOnlySpan<byte> answer
    )
    {
        day.Predictions++;
        foreach (var reference in facts.References)
        {
            inputs.TryGetProperty(reference.Column, out var value);
            day.Count(reference, reference.Of(value));
        }

        foreach (var input in facts.Card.Inputs)
        {
            var rule = contract.Columns.FirstOrDefault(c =>
                string.Equals(c.Name, input.Name, StringComparison.Ordinal)
            );
            if (rule is not null)
            {
                inputs.TryGetProperty(input.Name, out var value);
                if (BrokenBy(rule, value) is { } broken)
                {
                    // With what it asked for: the contract may be another by the time that somebody looks.
                    day.Break(input.Name, $"{broken} {rule.BoundOf(broken)}".TrimEnd());
                }
            }
        }

        if (facts.Output is { } output)
        {
            day.Count(
                output,
                ScoreOutcome.Score(answer) is { } score ? output.Of(score) : output.OfText(ScoreOutcome.First(answer))
            );
        }
    }

    /// <summary>The first rule that a value breaks, as the contract calls it; null where it keeps them all.</summary>
    public static string? BrokenBy(ColumnRule rule, JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return rule.Required ? "required" : null;
        }

        if ((rule.Min ?? rule.Max) is not null && value.ValueKind == JsonValueKind.Number)
        {
            var number = value.GetDouble();
            if (number < rule.Min || number > rule.Max)
            {
                return "range";
            }
        }

        var text = ScalarText.Of(value) ?? "";
        if (rule.Allowed.Count > 0 && ScoreOutcome.Class(rule.Allowed, text) is null)
        {
            return "allowed";
        }

        return rule.Pattern is { } pattern && Pattern(pattern) is { } regex && !regex.IsMatch(text) ? "pattern" : null;
    }

    /// <summary>Patterns are RE2's; what .NET reads otherwise is held against nothing.</summary>
    private static Regex? Pattern(string pattern) =>
        Patterns.GetOrAdd(
            pattern,
            static p =>
            {
                try
                {
                    return new Regex(
                        $"^(?:{p})\\z",
                        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant,
                        TimeSpan.FromSeconds(1)
                    );
                }
                catch (Exception ex) when (ex is ArgumentException or NotSupportedException)
                {
                    return null;
                }
            }
        );
}
