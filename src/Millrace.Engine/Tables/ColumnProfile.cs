namespace Millrace.Engine.Tables;

/// <summary>What one column of a dataset version holds. Numbers are exact unless named an estimate.</summary>
public sealed record ColumnProfile
{
    public required string Name { get; init; }

    public required ColumnType Type { get; init; }

    public required long Count { get; init; }

    public required long Nulls { get; init; }

    /// <summary>Smallest and largest value as text: numbers invariant, moments ISO 8601, strings by code point.</summary>
    public string? Min { get; init; }

    public string? Max { get; init; }

    public double? Mean { get; init; }

    public double? StandardDeviation { get; init; }

    /// <summary>Approximate quantiles at 0.05, 0.25, 0.5, 0.75, 0.95; empty for columns without order.</summary>
    public IReadOnlyList<double> Quantiles { get; init; } = [];

    /// <summary>HyperLogLog estimate: can be off by a quarter either way. Shown as an estimate always.</summary>
    public required long DistinctEstimate { get; init; }

    /// <summary>The most frequent values, most frequent first; frequencies exact.</summary>
    public IReadOnlyList<ValueCount> Top { get; init; } = [];

    /// <summary>Counts between edges for numbers and moments (edges are seconds since 1970 for moments); empty for text.</summary>
    public IReadOnlyList<Bin> Histogram { get; init; } = [];
}

public sealed record ValueCount(string? Value, long Count);

/// <summary>How many values lie in [From, To); the last bin contains its end.</summary>
public sealed record Bin(double From, double To, long Count);
