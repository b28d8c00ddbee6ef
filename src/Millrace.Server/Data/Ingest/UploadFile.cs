using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Millrace.Api;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Data.Ingest;

/// <summary>Takes a file from a client that does not share this machine's disk, to be ingested by the name given back.</summary>
internal sealed class UploadFile(MillraceFolder folders, IOptions<UploadOptions> options, TimeProvider time)
{
    public async Task<UploadView> RunAsync(string name, Stream content, CancellationToken ct)
    {
        if (name.Length is 0 or > 200 || name.AsSpan().ContainsAny('/', '\\') || name.StartsWith('.'))
        {
            throw Refusal.Invalid($"'{name}' is not a file name: send the name alone, without folders.");
        }

        RemoveOld();
        var id = Id.New(time);
        var folder = Directory.CreateDirectory(Path.Combine(folders.Uploads, id)).FullName;
        try
        {
            var (bytes, hash) = await WriteAsync(Path.Combine(folder, name), content, ct);
            return new UploadView($"{id}/{name}", bytes, hash);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    private async Task<(long Bytes, string Hash)> WriteAsync(string path, Stream content, CancellationToken ct)
    {
        await using var file = new FileStream(
            path,
            FileMode.CreateNew,
            FileAccess.Write,
            FileShare.None,
            1,
            useAsync: true
        );
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        int read;
        while ((read = await content.ReadAsync(buffer, ct)) > 0)
        {
            if (file.Position + read > options.Value.MaxBytes)
            {
                throw Refusal.Exhausted(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The file is larger than the {options.Value.MaxBytes:N0} bytes that are taken: split it, or raise Data:Uploads:MaxBytes."
                    )
                );
            }

            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), ct);
        }

        return (file.Position, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private void RemoveOld()
    {
        if (!Directory.Exists(folders.Uploads))
        {
            return;
        }

        var before = (time.GetUtcNow() - options.Value.Keep).UtcDateTime;
        foreach (var old in Directory.EnumerateDirectories(folders.Uploads))
        {
            if (Directory.GetLastWriteTimeUtc(old) < before)
            {
                Directory.Delete(old, recursive: true);
            }
        }
    }
}
