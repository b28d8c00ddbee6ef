using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Ingest;

/// <summary>What one ingestion reads, checks and writes. Nothing outside <see cref="OutputFolder"/> is written.</summary>
public sealed record IngestSpec
{
    /// <summary>Absolute paths of files that exist, each to be read whole.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    public ReadOptions Read { get; init; } = new();

    public Contract Contract { get; init; } = Contract.Open;

    /// <summary>The columns of the version that this one appends to; null for the first version.</summary>
    public IReadOnlyList<Column>? Schema { get; init; }

    /// <summary>Parquet files of the version appended to, read where the contract has a unique key, and for the profile.</summary>
    public IReadOnlyList<string> Existing { get; init; } = [];

    /// <summary>Source files that the dataset has taken in already: the same bytes again are passed over.</summary>
    public IReadOnlyList<DataFile> Known { get; init; } = [];

    /// <summary>
    /// All that the dataset holds, where its rows are to be checked again because the contract is another; empty where rows are
    /// added. <see cref="Schema"/>, <see cref="Existing"/> and <see cref="Known"/> are then empty.
    /// </summary>
    public IReadOnlyList<EarlierIngestion> Again { get; init; } = [];

    /// <summary>An empty folder of its own, on the same disk as the dataset.</summary>
    public required string OutputFolder { get; init; }
}

/// <summary>Rows that the dataset holds already.</summary>
/// <param name="Sources">The files that they came from.</param>
/// <param name="Data">Absolute paths of the Parquet files in which they are.</param>
public sealed record EarlierIngestion(IReadOnlyList<DataFile> Sources, IReadOnlyList<string> Data);

/// <summary>What an ingestion found and wrote. Rows in = rows accepted + rows quarantined. No data file: nothing was new.</summary>
public sealed record IngestReport
{
    public required long RowsIn { get; init; }

    public required long RowsAccepted { get; init; }

    public required long RowsQuarantined { get; init; }

    public required IReadOnlyList<Column> Schema { get; init; }

    /// <summary>Parquet files of accepted rows, names relative to the output folder.</summary>
    public required IReadOnlyList<DataFile> Data { get; init; }

    /// <summary>Parquet files of quarantined rows (row number in the file, file, line, column, rule, reason, raw text), relative names.</summary>
    public required IReadOnlyList<DataFile> Quarantine { get; init; }

    /// <summary>How many rows broke each rule.</summary>
    public required IReadOnlyList<BrokenRule> Broken { get; init; }

    /// <summary>The source files with the hash of their bytes.</summary>
    public required IReadOnlyList<DataFile> Sources { get; init; }

    /// <summary>Whether these rows take the place of the dataset's, instead of being added to them.</summary>
    public bool Replaces { get; init; }

    /// <summary>Of every column, over the rows appended to and the accepted ones.</summary>
    public IReadOnlyList<ColumnProfile> Profile { get; init; } = [];

    /// <summary>What was found out or decided that a person should know: encoding guessed, header found, columns dropped.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];
}

public sealed record DataFile(string Name, long Bytes, long Rows, string Sha256);

public sealed record BrokenRule(string Column, string Rule, long Rows);
