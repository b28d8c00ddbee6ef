using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Millrace.Engine.Declarations;

namespace Millrace.Cli;

/// <summary>
/// What is said to a command line that cannot be understood: the mistake and where to look. The whole help beneath it, as the
/// library prints it, would push the mistake off the screen.
/// </summary>
internal static class Misunderstood
{
    /// <returns>Null where the command line can be understood, or names no verb: then help is what is wanted.</returns>
    public static string? Complaint(ParseResult parsed) =>
        parsed.Action is SynchronousCommandLineAction and not ParseErrorAction ? null
        : Mistake(parsed) is { } mistake ? $"{mistake}\nSee '{Path(parsed.CommandResult)} --help'."
        : null;

    private static string? Mistake(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var options = parsed.RootCommandResult.Command.Options.Concat(command.Options).Select(o => o.Name);
        if (StrayOption(parsed) is { } option)
        {
            return $"There is no option {option} here.{DidYouMean.Hint(option, options)}";
        }

        var verbs = command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name).ToList();
        if (parsed.UnmatchedTokens is [var word, ..])
        {
            return verbs.Count == 0
                ? $"'{command.Name}' takes no '{word}'."
                : $"There is no verb '{word}'.{DidYouMean.Hint(word, verbs.Concat(options))}";
        }

        if (parsed.Errors.FirstOrDefault(e => e.SymbolResult is not CommandResult) is not { } error)
        {
            return null;
        }

        return error.SymbolResult switch
        {
            ArgumentResult { Argument: var missing, Tokens.Count: 0 } => $"{missing.Name} is missing.",
            OptionResult { Tokens.Count: 0 } flag when AfterFlag(parsed, flag) is { } said =>
                $"{flag.Option.Name}: '{said}' is not true or false.",
            OptionResult { Tokens.Count: 0 } empty => $"{empty.Option.Name} says nothing.",
            OptionResult { Tokens: [var value, ..] } odd => $"{odd.Option.Name} does not take '{value.Value}'.",
            _ => error.Message,
        };
    }

    /// <summary>What follows an option of true or false: the library leaves anything else to the arguments.</summary>
    private static string? AfterFlag(ParseResult parsed, OptionResult flag) =>
        flag.Option.ValueType == typeof(bool) || flag.Option.ValueType == typeof(bool?)
            ? parsed
                .Tokens.SkipWhile(t => !t.Equals(flag.IdentifierToken))
                .Skip(1)
                .Take(1)
                .FirstOrDefault(t => t.Type == TokenType.Argument)
                ?.Value
            : null;

    /// <summary>The library takes what looks like an option for an argument wherever one may stand.</summary>
    private static string? StrayOption(ParseResult parsed) =>
        parsed
            .CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(a => a.Tokens)
            .Select(t => t.Value)
            .Where(_ => !parsed.Tokens.Any(t => t.Type == TokenType.DoubleDash))
            .Concat(parsed.UnmatchedTokens)
            .FirstOrDefault(t => t.Length > 2 && t.StartsWith("--", StringComparison.Ordinal));

    private static string Path(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : "millrace";
}
