using System.CommandLine;

namespace Millrace.Cli;

/// <summary>The options that many verbs have: <c>--json</c> all, the rest those that they mean something to.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json { get; } =
        new("--json") { Description = "Print JSON for scripts, and nothing else.", Recursive = true };

    public static Option<string?> Url { get; } =
        new("--url")
        {
            Description =
                "The server to talk to [default: MILLRACE_URL, else the one at work on the folder, else one inside this command].",
        };

    public static Option<string?> Folder { get; } =
        new("--folder") { Description = "The root folder [default: MILLRACE_FOLDER, else .millrace]." };

    public static Option<string?> Token { get; } =
        new("--token") { Description = "The access token [default: MILLRACE_TOKEN]." };

    public static string FolderOf(ParseResult parsed) =>
        parsed.GetValue(Folder) ?? Environment.GetEnvironmentVariable("MILLRACE_FOLDER") ?? ".millrace";

    public static string? UrlOf(ParseResult parsed) =>
        parsed.GetValue(Url) ?? Environment.GetEnvironmentVariable("MILLRACE_URL");

    public static string? TokenOf(ParseResult parsed) =>
        parsed.GetValue(Token)
        ?? Environment.GetEnvironmentVariable("MILLRACE_TOKEN")
        ?? Environment.GetEnvironmentVariable("MILLRACE_Access__Token");

    /// <summary>The configuration of a server that this process starts; <c>up</c> and verbs must find the same database.</summary>
    /// <param name="database">What an option says; null: MILLRACE_DATABASE, else the setting, else SQLite in the folder.</param>
    public static IReadOnlyDictionary<string, string?> Storage(string? database)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal);
        if ((database ?? Environment.GetEnvironmentVariable("MILLRACE_DATABASE")) is { } named)
        {
            settings["Storage:PostgreSql"] = named;
        }

        return settings;
    }
}
