using Millrace.Core;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Declarations;

/// <summary>What a row must be to enter a dataset. What breaks a rule goes to quarantine.</summary>
public sealed record Contract
{
    /// <summary>No rule at all: types are found out from the data, every row enters.</summary>
    public static Contract Open { get; } = new();

    public IReadOnlyList<ColumnRule> Columns { get; init; } = [];

    /// <summary>Columns that together identify a row. A later row with a key already seen breaks the rule. Empty: no such rule.</summary>
    public IReadOnlyList<string> Unique { get; init; } = [];

    /// <summary>True: columns that no rule names are dropped with a notice. False: they are kept with the type found.</summary>
    public bool Closed { get; init; }

    /// <summary>What a rule asks for: [1, 500], from 1, [yes, no], a pattern; empty where its name says all.</summary>
    public string BoundOf(string column, string rule) =>
        Columns.FirstOrDefault(c => string.Equals(c.Name, column, StringComparison.Ordinal))?.BoundOf(rule) ?? "";

    /// <summary>Whether both ask the same of a row, wherever they were declared.</summary>
    public bool IsSameAs(Contract other) =>
        string.Equals(DeclarationHash.Of(this), DeclarationHash.Of(other), StringComparison.Ordinal);
}

/// <summary>The rules of one column.</summary>
public sealed record ColumnRule
{
    public required string Name { get; init; }

    /// <summary>Null: found out from the data.</summary>
    public ColumnType? Type { get; init; }

    /// <summary>For dates and timestamps: a strptime pattern, or epoch_s, epoch_ms, epoch_us. Null: ISO 8601.</summary>
    public string? Format { get; init; }

    public bool Required { get; init; }

    /// <summary>Smallest and largest allowed value, both allowed themselves; either may be null for none.</summary>
    public double? Min { get; init; }

    public double? Max { get; init; }

    /// <summary>The allowed values as text; empty for any.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = [];

    /// <summary>A regular expression (RE2) that the whole text must match.</summary>
    public string? Pattern { get; init; }

    /// <summary>What a rule of this column asks for; empty where its name says all.</summary>
    public string BoundOf(string rule) =>
        (rule, Min, Max) switch
        {
            ("range", { } min, { } max) => FormattableString.Invariant($"[{min}, {max}]"),
            ("range", { } min, null) => FormattableString.Invariant($"from {min}"),
            ("range", null, { } max) => FormattableString.Invariant($"up to {max}"),
            ("allowed", _, _) => $"[{string.Join(", ", Allowed)}]",
            ("pattern", _, _) => Pattern ?? "",
            ("type", _, _) when Type is { } type => type.Word(),
            _ => "",
        };
}
