using System.CommandLine;
using System.Text.RegularExpressions;
using Millrace.Cli;
using Millrace.Testing;
using Xunit;

namespace Millrace.Tests.House;

/// <summary>What the help of every verb and the reference of all verbs say.</summary>
public sealed partial class CommandLineTests
{
    private static readonly RootCommand Root = Commands.Create();

    private static readonly Dictionary<string, Command> All = Visible(Root).ToDictionary(StringComparer.Ordinal);

    public static TheoryData<string> Verbs => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void A_verb_has_examples_that_are_commands(string verb)
    {
        var examples = Examples.Of(All[verb]);

        Assert.NotEmpty(examples);
        Assert.All(
            examples,
            line =>
            {
                Assert.StartsWith("millrace ", line, StringComparison.Ordinal);
                Assert.Empty(Root.Parse([.. Word().Matches(line).Select(m => m.Value.Trim('\'', '"')).Skip(1)]).Errors);
            }
        );
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Help_is_an_answer_and_no_mistake(string verb)
    {
        var parsed = Root.Parse([.. verb.Split(' '), "--help"]);
        using var said = new StringWriter();

        var code = await parsed.InvokeAsync(new() { Output = said }, TestContext.Current.CancellationToken);

        Assert.Empty(parsed.Errors);
        Assert.Equal(0, code);
        Assert.Contains($" {verb} ", said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_command_that_a_screen_shows_is_one()
    {
        var shown = Directory
            .EnumerateFiles(Path.Combine(SharedData.Root, "src", "Millrace.Ui"), "*", SearchOption.AllDirectories)
            .Where(f => Path.GetExtension(f) is ".razor" or ".cs")
            .SelectMany(f => Shown().Matches(File.ReadAllText(f)))
            .Select(m => m.Groups["line"].Value.Replace("\\\"", "\"", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal)
            .ToList();

        Assert.NotEmpty(shown);
        Assert.All(
            shown,
            line =>
                Assert.Empty(Root.Parse([.. Word().Matches(line).Select(m => m.Value.Trim('\'', '"')).Skip(1)]).Errors)
        );
    }

    [Fact]
    public void Every_verb_is_in_the_reference()
    {
        var rows = File.ReadLines(Path.Combine(SharedData.Root, "docs", "reference", "cli.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .ToList();

        foreach (var path in All.Keys)
        {
            var words = path.Split(' ');
            Assert.Contains(
                rows,
                row =>
                    row.StartsWith($"| `{words[0]}", StringComparison.Ordinal)
                    && words.All(w => row.Contains(w, StringComparison.Ordinal))
            );
        }
    }

    [Theory]
    [InlineData("There is no verb 'aply'. Did you mean 'apply'?\nSee 'millrace --help'.", "aply", "x")]
    [InlineData("There is no verb 'shwo'. Did you mean 'show'?\nSee 'millrace data --help'.", "data", "shwo")]
    [InlineData("There is no verb 'help'. Did you mean '--help'?\nSee 'millrace --help'.", "help")]
    [InlineData(
        "There is no option --jso here. Did you mean '--json'?\nSee 'millrace status --help'.",
        "status",
        "--jso"
    )]
    [InlineData("VERSION is missing.\nSee 'millrace deploy --help'.", "deploy", "a", "b")]
    [InlineData("--port does not take 'abc'.\nSee 'millrace up --help'.", "up", "--port", "abc")]
    [InlineData(
        "--header: 'maybe' is not true or false.\nSee 'millrace data ingest --help'.",
        "data",
        "ingest",
        "x",
        "x.csv",
        "--header",
        "maybe"
    )]
    [InlineData(
        "--header says nothing.\nSee 'millrace data ingest --help'.",
        "data",
        "ingest",
        "x",
        "x.csv",
        "--header"
    )]
    [InlineData("'up' takes no 'extra'.\nSee 'millrace up --help'.", "up", "extra")]
    [InlineData(null)]
    [InlineData(null, "data")]
    [InlineData(null, "aply", "--help")]
    [InlineData(null, "outcome", "-5")]
    [InlineData(null, "outcome", "--", "--5")]
    public void What_is_mistyped_is_named_in_two_lines(string? complaint, params string[] line) =>
        Assert.Equal(complaint, Misunderstood.Complaint(Root.Parse(line)));

    /// <summary>As a shell divides what is typed: quotes hold a word together.</summary>
    [GeneratedRegex("""'[^']*'|"[^"]*"|[^ ]+""", RegexOptions.None, 1000)]
    private static partial Regex Word();

    /// <summary>A command in quotes, in markup or in code.</summary>
    [GeneratedRegex("""\x22(?<line>millrace (?:[^\x22\\]|\\.)*)\x22""", RegexOptions.None, 1000)]
    private static partial Regex Shown();

    private static IEnumerable<(string Path, Command Command)> Visible(Command parent, string path = "") =>
        parent
            .Subcommands.Where(c => !c.Hidden)
            .SelectMany(c => Visible(c, $"{path}{c.Name} ").Prepend(($"{path}{c.Name}", c)));
}
