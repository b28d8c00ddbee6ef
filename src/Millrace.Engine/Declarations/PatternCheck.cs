using System.Text.RegularExpressions;

namespace Millrace.Engine.Declarations;

/// <summary>Whether a contract's pattern is one. DuckDB runs it, by RE2, which has neither look-around nor back-references.</summary>
public static class PatternCheck
{
    /// <returns>What is wrong with it; null for a pattern that can be used.</returns>
    public static string? Wrong(string pattern)
    {
        try
        {
            // The same restrictions as RE2's.
            _ = new Regex(pattern, RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));
            return null;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return $"'{pattern}' is no regular expression that can be used: {e.Message}";
        }
    }
}
