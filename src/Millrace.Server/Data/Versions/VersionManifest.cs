using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Ingest;
using Millrace.Engine.Tables;

namespace Millrace.Data.Versions;

/// <summary>
/// Everything about one version of a dataset, in <c>_manifests/N.json</c> beside the Delta log. It counts from the moment
/// that the log has the same version; the database's row is made from it.
/// </summary>
internal sealed record VersionManifest
{
    public required DatasetName Dataset { get; init; }

    public required VersionNumber Number { get; init; }

    /// <summary>SHA-256 over schema and sorted hashes of <see cref="Files"/>.</summary>
    public required string Hash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The job that made it: how a repeated commit knows that it was done.</summary>
    public required JobId Job { get; init; }

    public required string Actor { get; init; }

    public required string Reason { get; init; }

    public required double Seconds { get; init; }

    public required IReadOnlyList<Column> Schema { get; init; }

    /// <summary>All data files of the version, names relative to the dataset's folder, oldest first.</summary>
    public required IReadOnlyList<DataFile> Files { get; init; }

    /// <summary>How many of <see cref="Files"/>, the last ones, are new in this version.</summary>
    public required int NewFiles { get; init; }

    /// <summary>Whether all rows were checked again, by another contract: no file of the version before is in this one.</summary>
    public bool Replaces { get; init; }

    /// <summary>Rows of this version's ingestion that broke the contract.</summary>
    public required IReadOnlyList<DataFile> Quarantine { get; init; }

    public required IReadOnlyList<BrokenRule> Broken { get; init; }

    /// <summary>The files that this version was made from.</summary>
    public required IReadOnlyList<DataFile> Sources { get; init; }

    /// <summary>The files that earlier versions were made from.</summary>
    public required IReadOnlyList<DataFile> EarlierSources { get; init; }

    public required IReadOnlyList<ColumnProfile> Profile { get; init; }

    public required IReadOnlyList<string> Notices { get; init; }

    public required Contract Contract { get; init; }

    /// <summary>All files that the version was made from, oldest first.</summary>
    [JsonIgnore]
    public IEnumerable<DataFile> AllSources => EarlierSources.Concat(Sources);

    public long Rows => Files.Sum(f => f.Rows);

    public long RowsAdded => Files.TakeLast(NewFiles).Sum(f => f.Rows);

    public long Quarantined => Quarantine.Sum(f => f.Rows);

    public long Bytes => Files.Sum(f => f.Bytes);

    public static string PathOf(string datasetFolder, VersionNumber number) =>
        Path.Combine(datasetFolder, "_manifests", $"{number}.json");

    public static async Task<VersionManifest> ReadAsync(
        string datasetFolder,
        VersionNumber number,
        CancellationToken ct
    )
    {
        await using var file = File.OpenRead(PathOf(datasetFolder, number));
        return (await JsonSerializer.DeserializeAsync<VersionManifest>(file, Json.Options, ct))!;
    }

    /// <summary>The same schema and the same bytes in files give the same hash, in whatever order they came.</summary>
    public static string HashOf(IReadOnlyList<Column> schema, IEnumerable<DataFile> files)
    {
        var text = new StringBuilder();
        foreach (var column in schema)
        {
            text.Append(column.Type).Append(' ').Append(column.Name).Append('\n');
        }

        foreach (var hash in files.Select(f => f.Sha256).Order(StringComparer.Ordinal))
        {
            text.Append(hash).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
