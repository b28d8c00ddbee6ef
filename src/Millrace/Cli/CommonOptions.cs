using System.CommandLine;

namespace Millrace.Cli;

/// <summary>The options that every verb has.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json { get; } =
        new("--json") { Description = "Print JSON for scripts, and nothing else.", Recursive = true };

    public static Option<string?> Url { get; } =
        new("--url")
        {
            Description =
                "The server to talk to [default: MILLRACE_URL, else the one at work on the folder, else one inside this command].",
            Recursive = true,
        };

    public static Option<string?> Folder { get; } =
        new("--folder")
        {
            Description = "The root folder [default: MILLRACE_FOLDER, else .millrace].",
            Recursive = true,
        };

    public static Option<string?> Token { get; } =
        new("--token") { Description = "The access token [default: MILLRACE_TOKEN].", Recursive = true };

    public static void AddTo(Command root)
    {
        root.Options.Add(Json);
        root.Options.Add(Url);
        root.Options.Add(Folder);
        root.Options.Add(Token);
    }

    public static string FolderOf(ParseResult parsed) =>
        parsed.GetValue(Folder) ?? Environment.GetEnvironmentVariable("MILLRACE_FOLDER") ?? ".millrace";

    public static string? UrlOf(ParseResult parsed) =>
        parsed.GetValue(Url) ?? Environment.GetEnvironmentVariable("MILLRACE_URL");

    public static string? TokenOf(ParseResult parsed) =>
        parsed.GetValue(Token) ?? Environment.GetEnvironmentVariable("MILLRACE_TOKEN");
}
