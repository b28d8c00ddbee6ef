using System.Globalization;

namespace Millrace.Engine.Ingest;

/// <summary>
/// What is read where a dataset's rows are checked again by another contract: the files that they came from, as far as those are
/// given, for they hold the rows in quarantine too; else the rows as the dataset holds them.
/// </summary>
internal static class FilesAgain
{
    /// <returns>Stored rows first, then files that were not taken in before or are read anew.</returns>
    public static IReadOnlyList<string> Run(IngestSpec spec, List<string> notices, CancellationToken ct)
    {
        // A file that is not there is told of where it is opened.
        var given = spec
            .Files.Select(f => (Path: f, Hash: File.Exists(f) ? FileHash.Of(f, ct) : f))
            .DistinctBy(f => f.Hash, StringComparer.Ordinal)
            .ToList();
        var hashes = given.Select(f => f.Hash).ToHashSet(StringComparer.Ordinal);
        // A grown file holds again all that it began with.
        var sources = spec.Again.SelectMany(a => a.Sources).ToList();
        hashes.UnionWith(given.SelectMany(f => GrownFile.Earlier(f.Path, sources, ct)).Select(s => s.Sha256));
        // One file of several cannot be told apart in what they became.
        var stored = spec.Again.Where(a => !a.Sources.All(s => hashes.Contains(s.Sha256))).ToList();
        var passed = stored.SelectMany(a => a.Sources).Select(s => s.Sha256).ToHashSet(StringComparer.Ordinal);
        var read = spec.Again.Count - stored.Count;
        notices.Add(
            string.Create(
                CultureInfo.InvariantCulture,
                $"The contract is another than before: the rows of {read} earlier {(read == 1 ? "ingestion" : "ingestions")} were read again from their files, those of {stored.Count} were checked as they are stored."
            )
        );
        return [.. stored.SelectMany(a => a.Data), .. given.Where(f => !passed.Contains(f.Hash)).Select(f => f.Path)];
    }
}
