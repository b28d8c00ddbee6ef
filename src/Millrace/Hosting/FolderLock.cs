using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Hosting;

/// <summary>Another server holds the folder.</summary>
internal sealed class FolderHeldException(MillraceFolder folder)
    : RefusalException(
        RefusalKind.Conflict,
        $"Another Millrace is at work on {folder.Root}: use that one, stop it, or name another folder with --folder."
    );

/// <summary>Holds a folder for one server. The operating system gives it back when the process ends, however it ends.</summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream file;

    private FolderLock(FileStream file) => this.file = file;

    public static FolderLock Take(MillraceFolder folder)
    {
        try
        {
            Directory.CreateDirectory(folder.Root);
            return new(new FileStream(folder.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException ex) when (IsSharing(ex))
        {
            throw new FolderHeldException(folder);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            throw Refusal.Invalid(
                $"{folder.Root} cannot be used as a folder: {ex.Message} Name another that can be written to with --folder."
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
        catch (FolderHeldException)
        {
            return true;
        }
    }

    public void Dispose() => file.Dispose();

    /// <summary>EAGAIN of Linux, that of macOS, and ERROR_SHARING_VIOLATION: .NET has no name for them.</summary>
    private static bool IsSharing(IOException ex) => ex.HResult is 11 or 35 or unchecked((int)0x80070020);
}
