using System.Collections.ObjectModel;
using Millrace.Core;

namespace Millrace.Engine.Declarations;

/// <summary>Where the rows come from, what they must look like, and how they are prepared.</summary>
public sealed record DataDeclaration
{
    /// <summary>The dataset that the source fills; the loop's own name where the file names none.</summary>
    public required DatasetName Dataset { get; init; }

    public required SourceDeclaration Source { get; init; }

    /// <summary>The column that says when a row happened; null where rows have no time.</summary>
    public string? EventTime { get; init; }

    public Contract Contract { get; init; } = Contract.Open;

    /// <summary>Where a larger share of the newest version's ingestion broke the contract, the loop learns nothing from it.</summary>
    public double MaxQuarantined { get; init; } = 0.5;

    public IReadOnlyList<StepDeclaration> Recipe { get; init; } = [];

    /// <summary>Where the values of keys stand, by key, for messages about them.</summary>
    public IReadOnlyDictionary<string, Position> Marks { get; init; } = ReadOnlyDictionary<string, Position>.Empty;

    /// <summary>Where the rules of the contract stand, by column.</summary>
    public IReadOnlyDictionary<string, Position> RuleMarks { get; init; } = ReadOnlyDictionary<string, Position>.Empty;
}

/// <summary>Files, folders and globs, and how to read them. Relative paths are resolved by who sends the declaration.</summary>
public sealed record SourceDeclaration
{
    /// <summary>Empty where all rows come from joined predictions.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Whether what people really did becomes new rows: each retraining first takes in what was joined since the last.</summary>
    public bool Predictions { get; init; }

    public ReadOptions Read { get; init; } = new();
}

/// <summary>How to read a file. Everything null is found out from the file itself.</summary>
public sealed record ReadOptions
{
    public FileFormat? Format { get; init; }

    public char? Delimiter { get; init; }

    /// <summary>True: the first row after <see cref="SkipRows"/> names the columns. False: columns are named column1, column2 …</summary>
    public bool? Header { get; init; }

    /// <summary>Lines before the header, which are not data.</summary>
    public int? SkipRows { get; init; }

    /// <summary>An IANA name such as utf-8, utf-16le, iso-8859-1, gb18030.</summary>
    public string? Encoding { get; init; }

    /// <summary>True: blanks around fields are no data. Null: they are taken off where all fields, or all names, have them.</summary>
    public bool? Trim { get; init; }

    /// <summary>Texts that mean "missing"; the empty field always does.</summary>
    public IReadOnlyList<string> NullValues { get; init; } = [];
}

public enum FileFormat
{
    Csv,
    JsonLines,
    Parquet,
}
