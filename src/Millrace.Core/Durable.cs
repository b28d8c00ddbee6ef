using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Millrace.Core;

/// <summary>Writes that are there whole or not at all, whenever the process is killed or the power fails.</summary>
public static partial class Durable
{
    /// <summary>Writes beside the target, flushes to the disk, then renames over it.</summary>
    public static async Task WriteJsonAsync<T>(string path, T value, CancellationToken ct) =>
        await WriteAsync(path, JsonSerializer.Serialize(value, value?.GetType() ?? typeof(T), Json.Options), ct)
            .ConfigureAwait(false);

    public static async Task WriteAsync(string path, string text, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            await file.WriteAsync(Encoding.UTF8.GetBytes(text), ct).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        FlushFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>
    /// Moves a finished folder into its place; where it is there already, an earlier try did it, and a copy that this one
    /// made goes. Killed after the move and repeated, it finds nothing left to move.
    /// </summary>
    public static void Publish(string finished, string place)
    {
        if (Directory.Exists(place))
        {
            if (Directory.Exists(finished))
            {
                Directory.Delete(finished, recursive: true);
            }

            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        foreach (var file in Directory.EnumerateFiles(finished, "*", SearchOption.AllDirectories))
        {
            FlushFile(file);
        }

        MoveFolder(finished, place);
    }

    /// <summary>Moves a folder whose files are on the disk already.</summary>
    public static void MoveFolder(string finished, string place)
    {
        FlushFolder(finished);
        Directory.Move(finished, place);
        FlushFolder(Path.GetDirectoryName(place)!);
    }

    /// <summary>Puts a finished file in its place: its bytes are on the disk before its name is, and then its name is too.</summary>
    public static void PublishFile(string finished, string place)
    {
        FlushFile(finished);
        File.Move(finished, place, overwrite: true);
        FlushFolder(Path.GetDirectoryName(place)!);
    }

    /// <summary>A new name is durable when its folder is. Windows sees to that by itself; .NET opens no folders.</summary>
    public static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var folder = new SafeFileHandle(Open(path, 0), ownsHandle: true);
        if (folder.IsInvalid)
        {
            throw new IOException($"{path} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        RandomAccess.FlushToDisk(folder);
    }

    private static void FlushFile(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);
}
