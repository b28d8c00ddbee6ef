using System.Security.Cryptography;

namespace Millrace.Engine.Ingest;

/// <summary>
/// A file that begins with all of what was taken in under its name before: an export that is written anew with more rows, or a
/// log that goes on. Only what follows is new; taken in whole, its old rows would be in the dataset twice.
/// </summary>
internal static class GrownFile
{
    /// <returns>The files that it begins with, shortest first.</returns>
    public static IReadOnlyList<DataFile> Earlier(string path, IReadOnlyList<DataFile> known, CancellationToken ct)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        var name = Path.GetFileName(path);
        var size = new FileInfo(path).Length;
        var candidates = known
            .Where(k => k.Rows > 0 && k.Bytes < size)
            .Where(k => string.Equals(Path.GetFileName(k.Name), name, StringComparison.Ordinal))
            .OrderBy(k => k.Bytes)
            .ToList();
        var found = new List<DataFile>();
        if (candidates.Count == 0)
        {
            return found;
        }

        using var file = File.OpenRead(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        byte last = 0;
        foreach (var candidate in candidates)
        {
            while (file.Position < candidate.Bytes)
            {
                ct.ThrowIfCancellationRequested();
                var read = file.Read(buffer, 0, (int)Math.Min(buffer.Length, candidate.Bytes - file.Position));
                if (read == 0)
                {
                    return found;
                }

                hash.AppendData(buffer, 0, read);
                last = buffer[read - 1];
            }

            if (
                string.Equals(
                    Convert.ToHexStringLower(hash.GetCurrentHash()),
                    candidate.Sha256,
                    StringComparison.Ordinal
                ) && (last is (byte)'\n' || EndsLine(file))
            )
            {
                found.Add(candidate);
            }
        }

        return found;
    }

    /// <summary>Whether the last known row ends here. If not, it goes on, and is another row than it was.</summary>
    private static bool EndsLine(FileStream file)
    {
        var next = file.ReadByte();
        file.Position--;
        return next is '\n' or '\r';
    }
}
