using Millrace.Engine.Tables;

namespace Millrace.Engine.Ingest;

/// <summary>
/// Words that stand for a missing value in what other programs write. None is taken for one without being told, since a word
/// can be data; but a column of numbers that becomes text because of one is worth a notice.
/// </summary>
internal static class MissingWords
{
    private static readonly HashSet<string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        "null",
        "na",
        "n/a",
        "#n/a",
        "nan",
        "none",
        "nil",
        "missing",
        "unknown",
        "?",
        "-",
    };

    /// <param name="columns">The columns; those whose type is declared are passed over.</param>
    /// <param name="profile">What they hold.</param>
    public static IEnumerable<string> Notices(
        IReadOnlyList<IngestColumn> columns,
        IReadOnlyList<ColumnProfile> profile
    ) =>
        columns
            .Zip(profile)
            .Where(p => p.First is { IsText: false, Rule.Type: null, KnownType: ColumnType.String })
            .Select(p => (p.First.Name, Word: Spoiler([.. p.Second.Top.Select(t => t.Value ?? "")])))
            .Where(p => p.Word is not null)
            .GroupBy(p => p.Word, StringComparer.Ordinal)
            .Select(g => Notice(g.Key!, [.. g.Select(p => p.Name)]));

    /// <summary>The word but for which all of the most frequent values would be numbers or moments.</summary>
    private static string? Spoiler(List<string> values)
    {
        var others = values.Where(v => !Known.Contains(v)).ToList();
        return others.Count > 0 && others.TrueForAll(v => CellShape.Narrowest(v) != ColumnType.String)
            ? values.Find(Known.Contains)
            : null;
    }

    private static string Notice(string word, List<string> columns) =>
        columns.Count == 1
            ? $"Column {columns[0]} is text because of '{word}' in it; set null_values to {word} if that means missing."
            : $"{columns.Count} columns ({string.Join(", ", columns.Take(5))}{(columns.Count > 5 ? " …" : "")}) are text because of '{word}' in them; set null_values to {word} if that means missing.";
}
