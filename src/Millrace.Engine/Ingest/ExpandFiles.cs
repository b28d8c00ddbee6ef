using System.IO.Enumeration;
using Millrace.Core;

namespace Millrace.Engine.Ingest;

/// <summary>Files, folders and globs become the files that they mean, in the order of their names.</summary>
public static class ExpandFiles
{
    private static readonly string[] Known = [".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet"];

    /// <param name="patterns">Paths; a folder means the data files in it and in its folders, <c>*</c> and <c>?</c> stand for parts of a name, <c>**</c> for any folders.</param>
    /// <param name="relativeTo">What relative paths are relative to.</param>
    public static IReadOnlyList<string> Run(IEnumerable<string> patterns, string relativeTo)
    {
        var files = new List<string>();
        foreach (var pattern in patterns)
        {
            var path = Path.GetFullPath(Possible(pattern), Possible(relativeTo));
            var found = Found(pattern, path);
            files.AddRange(
                found.Count > 0
                    ? found
                    : throw Refusal.Invalid(
                        Directory.Exists(path)
                            ? $"The folder {pattern} holds no data file ({string.Join(", ", Known)}, each also as .gz)."
                            : $"No file matches {pattern}."
                    )
            );
        }

        return [.. files.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The path, which no system call cuts short at a zero character.</summary>
    public static string Possible(string path) =>
        path.Contains('\0', StringComparison.Ordinal)
            ? throw Refusal.Invalid(
                $"'{path.Replace("\0", "\\0", StringComparison.Ordinal)}' is not a path: it has a zero character, take it out."
            )
            : path;

    private static List<string> Found(string pattern, string path)
    {
        try
        {
            return File.Exists(path) ? [path]
                : Directory.Exists(path) ? InFolder(path)
                : IsGlob(pattern) ? Matching(path)
                : throw Refusal.Invalid($"{pattern} does not exist: looked for it at {path}.");
        }
        catch (UnauthorizedAccessException ex)
        {
            throw Refusal.Invalid(
                $"{pattern} cannot be looked through ({ex.Message.TrimEnd('.')}): make it readable, or name the files."
            );
        }
    }

    private static bool IsGlob(string pattern) => pattern.AsSpan().ContainsAny('*', '?');

    /// <summary>Links to folders are not followed: they may lead in a circle.</summary>
    private static List<string> InFolder(string folder)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = false,
            AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
        };
        var files = new FileSystemEnumerable<string>(folder, (ref entry) => entry.ToFullPath(), options)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
        return [.. files.Where(IsData).Order(StringComparer.Ordinal)];
    }

    private static bool IsData(string path)
    {
        var name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        return Known.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);
    }

    private static List<string> Matching(string path)
    {
        var parts = path.Split(Path.DirectorySeparatorChar);
        var fixedParts = parts.TakeWhile(p => !IsGlob(p)).ToArray();
        IEnumerable<string> folders =
        [
            string.Join(Path.DirectorySeparatorChar, fixedParts) + Path.DirectorySeparatorChar,
        ];
        foreach (var part in parts[fixedParts.Length..^1])
        {
            folders =
                part is "**" ? folders.SelectMany(f => Sub(f, "*", SearchOption.AllDirectories).Prepend(f))
                : IsGlob(part) ? folders.SelectMany(f => Sub(f, part, SearchOption.TopDirectoryOnly))
                : folders.Select(f => Path.Combine(f, part));
        }

        return
        [
            .. folders
                .Where(Directory.Exists)
                .SelectMany(f => Directory.EnumerateFiles(f, parts[^1] is "**" ? "*" : parts[^1]))
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
    }

    private static IEnumerable<string> Sub(string folder, string pattern, SearchOption depth) =>
        Directory.Exists(folder) ? Directory.EnumerateDirectories(folder, pattern, depth) : [];
}
