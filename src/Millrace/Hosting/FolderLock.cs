using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Hosting;

/// <summary>Holds a folder for one server. The operating system gives it back when the process ends, however it ends.</summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream file;

    private FolderLock(FileStream file) => this.file = file;

    public static FolderLock Take(MillraceFolder folder)
    {
        Directory.CreateDirectory(folder.Root);
        try
        {
            return new(new FileStream(folder.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            throw Refusal.Conflict(
                $"Another Millrace is at work on {folder.Root}: use that one, stop it, or name another folder with --folder."
            );
        }
    }

    /// <summary>Whether a server is at work on the folder.</summary>
    public static bool IsHeld(MillraceFolder folder)
    {
        try
        {
            Take(folder).Dispose();
            return false;
        }
        catch (RefusalException)
        {
            return true;
        }
    }

    public void Dispose() => file.Dispose();
}
