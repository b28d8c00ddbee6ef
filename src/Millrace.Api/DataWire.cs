using System.Text.Json;
using Millrace.Core;

namespace Millrace.Api;

/// <summary>Asks for files to become a new version of a dataset.</summary>
public sealed record IngestRequest
{
    /// <summary>Absolute paths on the server's machine, or names given by the upload endpoint.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>The rules as in loop.yaml's data.contract; null keeps those of the dataset's newest version.</summary>
    public ContractWire? Contract { get; init; }

    public ReadOptionsWire? Read { get; init; }

    public string Reason { get; init; } = "";
}

public sealed record ContractWire
{
    public IReadOnlyList<ColumnRuleWire> Columns { get; init; } = [];

    public IReadOnlyList<string> Unique { get; init; } = [];

    public bool Closed { get; init; }
}

public sealed record ColumnRuleWire
{
    public required string Name { get; init; }

    public string? Type { get; init; }

    public string? Format { get; init; }

    public bool Required { get; init; }

    public double? Min { get; init; }

    public double? Max { get; init; }

    public IReadOnlyList<string> Allowed { get; init; } = [];

    public string? Pattern { get; init; }
}

/// <summary>How to read files; what is null is found out.</summary>
public sealed record ReadOptionsWire
{
    public string? Format { get; init; }

    public string? Delimiter { get; init; }

    public bool? Header { get; init; }

    public int? SkipRows { get; init; }

    public string? Encoding { get; init; }

    public bool? Trim { get; init; }

    public IReadOnlyList<string> NullValues { get; init; } = [];
}

/// <summary>What an ingestion did; the result of its job.</summary>
/// <param name="Rows">Rows of the whole version.</param>
/// <param name="Quarantined">Rows of this ingestion that broke the contract.</param>
/// <param name="Added">False where the same files were already in the version, which is then the one named.</param>
/// <param name="RowsAdded">Rows of this ingestion that were accepted: with the quarantined ones, all rows of the files that were read.</param>
public sealed record IngestView(
    DatasetName Dataset,
    VersionNumber Version,
    string Hash,
    long Rows,
    long Quarantined,
    bool Added,
    double Seconds,
    IReadOnlyList<string> Notices,
    long RowsAdded = 0
);

/// <summary>A dataset in a list: its newest version in short.</summary>
public sealed record DatasetSummary(
    DatasetName Name,
    VersionNumber Version,
    long Rows,
    long Quarantined,
    int Columns,
    long Bytes,
    string Hash,
    DateTimeOffset CreatedAt
);

public sealed record DatasetView(DatasetName Name, IReadOnlyList<DatasetVersionSummary> Versions);

/// <param name="Rows">Rows of the whole version.</param>
/// <param name="RowsAdded">Rows that came with this version.</param>
/// <param name="Quarantined">Rows of this version's ingestion that went to quarantine.</param>
public sealed record DatasetVersionSummary(
    VersionNumber Number,
    long Rows,
    long RowsAdded,
    long Quarantined,
    long Bytes,
    string Hash,
    DateTimeOffset CreatedAt
);

public sealed record DatasetVersionView
{
    public required DatasetName Dataset { get; init; }

    public required VersionNumber Number { get; init; }

    /// <summary>SHA-256 over schema and file hashes.</summary>
    public required string Hash { get; init; }

    public required long Rows { get; init; }

    public required long RowsAdded { get; init; }

    public required long Quarantined { get; init; }

    public required long Bytes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required IReadOnlyList<ColumnView> Columns { get; init; }

    public required IReadOnlyList<FileView> Files { get; init; }

    public required IReadOnlyList<FileView> Sources { get; init; }

    /// <summary>How many rows broke each rule.</summary>
    public required IReadOnlyList<BrokenRuleView> Broken { get; init; }

    public IReadOnlyList<string> Notices { get; init; } = [];

    public ContractWire? Contract { get; init; }
}

/// <summary>A column with its profile over the whole version.</summary>
public sealed record ColumnView
{
    public required string Name { get; init; }

    public required string Type { get; init; }

    public required long Count { get; init; }

    public required long Nulls { get; init; }

    public string? Min { get; init; }

    public string? Max { get; init; }

    public double? Mean { get; init; }

    public double? StandardDeviation { get; init; }

    /// <summary>At 0.05, 0.25, 0.5, 0.75, 0.95.</summary>
    public IReadOnlyList<double> Quantiles { get; init; } = [];

    /// <summary>An estimate, and to be shown as one: it can be off by a quarter either way.</summary>
    public required long DistinctEstimate { get; init; }

    public IReadOnlyList<ValueCountView> Top { get; init; } = [];

    public IReadOnlyList<BinView> Histogram { get; init; } = [];
}

public sealed record ValueCountView(string? Value, long Count);

public sealed record BinView(double From, double To, long Count);

public sealed record FileView(string Name, long Bytes, long Rows, string Sha256);

/// <summary>How many rows broke a rule.</summary>
/// <param name="Column">Empty where the row itself is broken.</param>
/// <param name="Rule">The rule's name in the loop file.</param>
/// <param name="Rows">In quarantine, or of predictions.</param>
/// <param name="Bound">What the rule asks for, such as [1, 500]; empty where its name says all.</param>
public sealed record BrokenRuleView(string Column, string Rule, long Rows, string Bound = "");

/// <summary>One row in quarantine.</summary>
/// <param name="Row">The number of the row in its file, the first row of data being 1.</param>
/// <param name="Line">The line of the file on which the row begins.</param>
/// <param name="Column">The column of the first rule that it broke; null where the row itself is broken.</param>
/// <param name="Rule">The first rule that it broke.</param>
/// <param name="Reason">All that it broke.</param>
/// <param name="Raw">The row as it stood in the file.</param>
public sealed record QuarantinedRow(
    string File,
    long Row,
    long Line,
    string? Column,
    string Rule,
    string Reason,
    string Raw
);

/// <summary>Rows as a table: of a preview or a query.</summary>
/// <param name="Truncated">True where there are more rows than the limit let through.</param>
public sealed record TableView(
    IReadOnlyList<TableColumn> Columns,
    IReadOnlyList<IReadOnlyList<JsonElement>> Rows,
    bool Truncated
);

public sealed record TableColumn(string Name, string Type);

/// <summary>Read-only SQL (DuckDB's dialect) over datasets: a table named like the dataset is its newest version, "name@3" its third.</summary>
public sealed record QueryRequest(string Sql, int Limit = 1000);

/// <summary>Where an uploaded file was put: a name to ingest by.</summary>
public sealed record UploadView(string Name, long Bytes, string Sha256);
