using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace Millrace.Cli;

/// <summary>Examples beneath a command's own help, and only there: the list of commands stays short.</summary>
internal static class Examples
{
    private static readonly ConditionalWeakTable<Command, string[]> Lines = [];

    public static Command Example(this Command command, params string[] lines)
    {
        Lines.AddOrUpdate(command, lines);
        return command;
    }

    public static IReadOnlyList<string> Of(Command command) => Lines.TryGetValue(command, out var lines) ? lines : [];

    public static void AddTo(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
    }

    private sealed class HelpWithExamples(HelpAction plain) : SynchronousCommandLineAction
    {
        /// <summary>Whoever asks how a verb is written has not written it yet: what is missing is no mistake.</summary>
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = plain.Invoke(parseResult);
            var lines = Of(parseResult.CommandResult.Command);
            if (lines.Count > 0)
            {
                var output = parseResult.InvocationConfiguration.Output;
                output.WriteLine(lines.Count == 1 ? "Example:" : "Examples:");
                foreach (var line in lines)
                {
                    output.WriteLine($"  {line}");
                }

                output.WriteLine();
            }

            return code;
        }
    }
}
