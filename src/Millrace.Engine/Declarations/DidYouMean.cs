namespace Millrace.Engine.Declarations;

/// <summary>Finds what a person probably meant to write.</summary>
public static class DidYouMean
{
    /// <summary>A sentence with the nearest candidate and a space before it; empty where none is near.</summary>
    public static string Hint(string word, IEnumerable<string> candidates)
    {
        var near = candidates
            .Select(c => (Word: c, Distance: Distance(word.ToUpperInvariant(), c.ToUpperInvariant())))
            .Where(c => c.Distance <= Math.Max(1, Math.Max(word.Length, c.Word.Length) / 3))
            .OrderBy(c => c.Distance)
            .ThenBy(c => c.Word, StringComparer.Ordinal)
            .Select(c => c.Word)
            .FirstOrDefault();
        return near is null ? "" : $" Did you mean '{near}'?";
    }

    /// <summary>The hint, or where nothing is near the whole choice, if it is short enough to be read.</summary>
    public static string HintOrChoice(string word, IReadOnlyCollection<string> candidates)
    {
        // A column may come from several places.
        var choice = candidates.Distinct(StringComparer.Ordinal).ToList();
        var hint = Hint(word, choice);
        return hint.Length > 0 || choice.Count is 0 or > 24 ? hint : $" There are: {string.Join(", ", choice)}.";
    }

    /// <summary>Edits between two words, a swap of neighbours counted as one (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    d[i, j] = i + j;
                    continue;
                }

                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
