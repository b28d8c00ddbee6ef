using System.Security.Cryptography;
using System.Text;
using Millrace.Engine.Training;

namespace Millrace.Engine.Scoring;

/// <summary>What a model package is made of, and what it is known by.</summary>
public static class ModelFolder
{
    public const string Card = "model.json";
    public const string Recipe = "recipe.json";
    public const string Trees = "model.txt";
    public const string Recommender = "recommender.json";

    /// <summary>In the folder of a run whose package has learned from the test rows too: the package that was tested.</summary>
    private const string TestedFolder = ".tested";

    /// <summary>Where training puts the package that is tested, where another one serves.</summary>
    public static string TestedOf(string folder) => Path.Combine(folder, TestedFolder);

    /// <summary>The package to test in a run's folder: the one that has not learned from the test rows. Null where the folder holds one package only.</summary>
    public static string? FindTested(string folder) => Directory.Exists(TestedOf(folder)) ? TestedOf(folder) : null;

    /// <summary>The files of the folder, sorted by name; folders in it and hidden files are no part of a package.</summary>
    public static IReadOnlyList<PackageFile> Files(string folder)
    {
        var files = new DirectoryInfo(folder).EnumerateFiles().Where(f => f.Name[0] != '.');
        return
        [
            .. files
                .OrderBy(f => f.Name, StringComparer.Ordinal)
                .Select(f => new PackageFile(f.Name, f.Length, Hash(f))),
        ];
    }

    /// <summary>SHA-256 over a line "hash  name" for each file, sorted by name: what sha256sum prints.</summary>
    public static string Hash(IEnumerable<PackageFile> files)
    {
        var lines = files.OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => $"{f.Sha256}  {f.Name}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));
    }

    private static string Hash(FileInfo file)
    {
        using var stream = file.OpenRead();
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
