using System.Reflection;
using Xunit;

namespace Millrace.Testing;

/// <summary>The real data that lies beside the project. It is not part of it: a test that needs it skips where it is absent.</summary>
public static class SharedData
{
    /// <summary>The project's root, found from where the tests were built.</summary>
    public static string Root { get; } = FindRoot();

    public static string Folder { get; } =
        Environment.GetEnvironmentVariable("MILLRACE_DATA")
        ?? Path.GetFullPath(Path.Combine(Root, "..", "shared", "data"));

    /// <summary>The path of a file of the shared data; skips the test where it is not there.</summary>
    public static string Require(string name)
    {
        var path = Path.Combine(Folder, name);
        Assert.SkipUnless(File.Exists(path), $"{name} is not in {Folder}: set MILLRACE_DATA to where it is.");
        return path;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Millrace.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not lie in the project's folder.");
    }
}
