using System.Security.Cryptography;
using Millrace.Core;
using Millrace.Engine.Scoring;
using Millrace.Engine.Training;
using Millrace.Experiments.Tracking;
using Millrace.Storage;

namespace Millrace.Models.Packaging;

/// <summary>
/// Puts packages of runs in the place of model versions, whole or not at all: copied and verified beside it, then renamed.
/// One at a time, so that two never stage the same run.
/// </summary>
internal sealed class PackageStore(MillraceFolder folder) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1);

    public async Task<IDisposable> TakeTurnAsync(CancellationToken ct)
    {
        await turn.WaitAsync(ct);
        return new Turn(turn);
    }

    /// <summary>Copies a package and compares what arrived with the hashes that training reported.</summary>
    /// <returns>The staged folder, to be handed to <see cref="Place"/>.</returns>
    public async Task<string> StageAsync(FinishedRun run, CancellationToken ct)
    {
        if (!Same(ModelFolder.Hash(run.Files), run.ModelHash))
        {
            throw new InvalidDataException($"Run {run.Id} names files that do not come to its model's hash.");
        }

        var staged = Path.Combine(folder.Objects, "models", ".incoming", run.Id.Value);
        Remove(staged);
        Directory.CreateDirectory(staged);
        foreach (var file in run.Files)
        {
            var target = Path.Combine(staged, file.Name);
            await CopyAsync(Path.Combine(run.Folder, file.Name), target, file, ct);
        }

        return staged;
    }

    /// <summary>
    /// Renames a staged package into place. Only within the transaction that records the version: a folder that is there
    /// already was left by one that was killed before it could.
    /// </summary>
    public void Place(string staged, ModelName model, VersionNumber number)
    {
        var place = folder.ModelVersion(model, number);
        Remove(place);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        Durable.MoveFolder(staged, place);
    }

    public void Dispose() => turn.Dispose();

    private static async Task CopyAsync(string from, string to, PackageFile expected, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using (var source = File.OpenRead(from))
        await using (var target = new FileStream(to, FileMode.CreateNew, FileAccess.Write))
        {
            var buffer = new byte[1 << 16];
            int read;
            while ((read = await source.ReadAsync(buffer, ct)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                await target.WriteAsync(buffer.AsMemory(0, read), ct);
            }

            target.Flush(flushToDisk: true);
        }

        if (!Same(Convert.ToHexStringLower(hash.GetHashAndReset()), expected.Sha256))
        {
            throw Refusal.Conflict(
                $"{expected.Name} of the run's package is not what training wrote: its SHA-256 differs. Train again."
            );
        }
    }

    private static bool Same(string hash, string other) => string.Equals(hash, other, StringComparison.Ordinal);

    private static void Remove(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
