using System.Globalization;
using Millrace.Engine.Declarations;

namespace Millrace.Engine.Training;

/// <summary>A knob of an algorithm: what it is called, what it is when nobody turns it, and how far it turns.</summary>
public sealed record HyperParameter(string Name, ParameterKind Kind, string Default, string Meaning)
{
    /// <summary>The only task that it means something for; null for all of the algorithm's.</summary>
    public TaskKind? Only { get; init; }

    public double Min { get; init; }

    public double Max { get; init; } = double.MaxValue;

    /// <summary>The allowed words; empty for numbers and durations.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>The value in its one spelling, so that 0.10 and 0.1 make the same run.</summary>
    internal string Canonical(string algorithm, string text, Position at) =>
        Kind switch
        {
            ParameterKind.Whole
                when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n)
                    && n >= Min
                    && n <= Max => n.ToString(CultureInfo.InvariantCulture),
            ParameterKind.Number
                when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var x)
                    && x >= Min
                    && x <= Max => x.ToString("R", CultureInfo.InvariantCulture),
            ParameterKind.Duration when Duration(text) is { } => text.Trim(),
            ParameterKind.Choice when Choices.Contains(text, StringComparer.Ordinal) => text,
            _ => throw new DeclarationException(
                $"{algorithm}: {Name} cannot be '{text}'. It is {Range()}; the default is {Default}.",
                at
            ),
        };

    /// <summary>7d, 12h, 30m, 90s, 2w; "none" is zero, which means without decay. Null for any other text.</summary>
    public static TimeSpan? Duration(string text)
    {
        var trimmed = text.Trim();
        if (trimmed is "none")
        {
            return TimeSpan.Zero;
        }
        if (
            trimmed.Length < 2
            || !double.TryParse(
                trimmed.AsSpan(0, trimmed.Length - 1),
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var n
            )
            || !(n > 0 && n < 100_000)
        )
        {
            return null;
        }
        return trimmed[^1] switch
        {
            's' => TimeSpan.FromSeconds(n),
            'm' => TimeSpan.FromMinutes(n),
            'h' => TimeSpan.FromHours(n),
            'd' => TimeSpan.FromDays(n),
            'w' => TimeSpan.FromDays(7 * n),
            _ => null,
        };
    }

    private string Range() =>
        Kind switch
        {
            ParameterKind.Duration => "a duration such as 7d, 12h or none",
            ParameterKind.Choice => "one of " + string.Join(", ", Choices),
            _ => (Kind == ParameterKind.Whole ? "a whole number" : "a number")
                + (
                    Max < double.MaxValue
                        ? FormattableString.Invariant($" from {Min} to {Max}")
                        : FormattableString.Invariant($" from {Min}")
                ),
        };
}

public enum ParameterKind
{
    Whole,
    Number,
    Duration,
    Choice,
}
