using Millrace.Core;
using Millrace.Engine.Declarations;

namespace Millrace.Data.Ingest;

/// <summary>What someone, or a loop, wants to be ingested.</summary>
internal sealed record IngestOrder
{
    public required DatasetName Dataset { get; init; }

    /// <summary>Absolute paths of files, folders and globs, or names that the upload endpoint gave.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    public ReadOptions Read { get; init; } = new();

    /// <summary>Null when asked: the contract of the newest version goes on.</summary>
    public Contract Contract { get; init; } = Contract.Open;

    public string Reason { get; init; } = "";
}
