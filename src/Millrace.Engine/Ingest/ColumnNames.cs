using System.Globalization;

namespace Millrace.Engine.Ingest;

/// <summary>Names for columns that a header names badly, and the nearest name to one that is not there.</summary>
internal static class ColumnNames
{
    /// <summary>Blanks around names go, empty names become column3, repeated ones get a number (letter case does not tell columns apart in SQL).</summary>
    public static IReadOnlyList<string> From(IReadOnlyList<string> header, string file, List<string> notices) =>
        Unique(header, Words, file, notices);

    /// <summary>The same for what names columns with more care than a header: blanks stay.</summary>
    public static IReadOnlyList<string> OfKeys(IReadOnlyList<string> keys, string file, List<string> notices) =>
        Unique(keys, key => key.Any(char.IsControl) ? Words(key) : key, file, notices);

    /// <summary>The key, where the column has another name.</summary>
    public static string? Other(string key, string column) =>
        string.Equals(key, column, StringComparison.Ordinal) ? null : key;

    private static string Words(string written) =>
        string.Join(
            ' ',
            string.Concat(written.Select(c => char.IsControl(c) ? ' ' : c))
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        );

    /// <summary>What it was, on one line, and without what a terminal or a database would stumble over.</summary>
    private static string Shown(string written) =>
        string.Concat(
            written
                .ReplaceLineEndings(" ")
                .Select(c =>
                    !char.IsControl(c) ? c
                    : char.IsWhiteSpace(c) ? ' '
                    : '\uFFFD'
                )
        );

    private static string[] Unique(
        IReadOnlyList<string> header,
        Func<string, string> clean,
        string file,
        List<string> notices
    )
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var names = new string[header.Count];
        var changed = new List<string>();
        for (var i = 0; i < names.Length; i++)
        {
            var written = header[i];
            var name = clean(written);
            name = name.Length == 0 ? Numbered(i) : name;
            var unique = name;
            for (var n = 2; !seen.Add(unique); n++)
            {
                unique = string.Create(CultureInfo.InvariantCulture, $"{name}_{n}");
            }

            names[i] = unique;
            if (!string.Equals(unique, written, StringComparison.Ordinal))
            {
                changed.Add($"'{Shown(written)}' is {unique}");
            }
        }

        if (changed.Count > 0)
        {
            var more = changed.Count > 5 ? $" and {changed.Count - 5} more" : "";
            notices.Add($"{file}: columns renamed: {string.Join(", ", changed.Take(5))}{more}.");
        }

        return names;
    }

    public static IReadOnlyList<string> Numbered(int from, int count) =>
        [.. Enumerable.Range(from, count).Select(i => Numbered(i))];

    /// <summary>" Did you mean 'rating'?" or nothing.</summary>
    public static string DidYouMean(string name, IEnumerable<string> known)
    {
        var nearest = known
            .Select(k => (Name: k, Distance: Distance(name.ToLowerInvariant(), k.ToLowerInvariant())))
            .OrderBy(k => k.Distance)
            .FirstOrDefault();
        return nearest.Name is not null && nearest.Distance <= Math.Max(1, name.Length / 3)
            ? $" Did you mean '{nearest.Name}'?"
            : "";
    }

    private static string Numbered(int index) => string.Create(CultureInfo.InvariantCulture, $"column{index + 1}");

    /// <summary>Levenshtein's.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                (diagonal, row[j]) = (
                    row[j],
                    Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1))
                );
            }
        }

        return row[^1];
    }
}
