using System.Globalization;

namespace Millrace.Engine.Ingest;

/// <summary>
/// Files whose bytes were not taken in before, each once. Only those of a size that is known or comes twice are hashed for it.
/// </summary>
internal static class NewFiles
{
    /// <param name="spec">The order.</param>
    /// <param name="notices">What is passed over is said here.</param>
    /// <param name="before">Filled with the rows of each file that the dataset has already.</param>
    /// <param name="ct">Stops it.</param>
    public static List<string> Run(
        IngestSpec spec,
        List<string> notices,
        Dictionary<string, long> before,
        CancellationToken ct
    )
    {
        var known = spec.Known.Select(f => f.Sha256).ToHashSet(StringComparer.Ordinal);
        var sizes = spec.Known.Select(f => f.Bytes).Concat(spec.Files.Select(Bytes)).CountBy(b => b).ToDictionary();
        var files = new List<string>();
        foreach (var file in spec.Files)
        {
            var isNew = sizes[Bytes(file)] == 1 || !File.Exists(file) || known.Add(FileHash.Of(file, ct));
            if (isNew)
            {
                files.Add(file);
                if (GrownFile.Earlier(file, spec.Known, ct) is [.., var earlier])
                {
                    before[file] = earlier.Rows;
                    notices.Add(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{Path.GetFileName(file)} has grown: its first {earlier.Rows:N0} rows are in the dataset already and were passed over."
                        )
                    );
                }
            }
            else
            {
                notices.Add($"{Path.GetFileName(file)} is in the dataset already and was passed over.");
            }
        }

        return files;
    }

    private static long Bytes(string file) => File.Exists(file) ? new FileInfo(file).Length : -1;
}
