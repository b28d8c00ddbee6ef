using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Millrace.Engine.Declarations;
using Millrace.Engine.Recipes;
using Millrace.Engine.Tables;
using Millrace.Tests.Recipes;
using Xunit;

namespace Millrace.Tests.Declarations;

/// <summary>What the reference shows is read by the very reader, and what it says an expression gives is computed.</summary>
public sealed partial class ReferenceDocsTests
{
    [Fact]
    public void Every_loop_in_the_reference_is_read()
    {
        var loops = Blocks("yaml")
            .Where(b => b.StartsWith("loop:", StringComparison.Ordinal))
            .Select(LoopReader.Read)
            .ToList();
        Assert.True(loops.Count >= 2);
    }

    [Fact]
    public void Every_recipe_in_the_reference_is_read_and_compiled()
    {
        Column[] columns =
        [
            new("age", ColumnType.Int32),
            new("job", ColumnType.String),
            new("education", ColumnType.String),
            new("called_at", ColumnType.String),
            new("campaign", ColumnType.Int64),
            new("emp.var.rate", ColumnType.Double),
            new("default", ColumnType.String),
        ];
        var recipes = Blocks("yaml").Where(b => b.StartsWith('-')).ToList();
        Assert.NotEmpty(recipes);
        foreach (var recipe in recipes)
        {
            Recipe.Compile(
                Loop($"\n  recipe:\n    {recipe.Replace("\n", "\n    ", StringComparison.Ordinal)}").Data.Recipe,
                columns
            );
        }
    }

    [Fact]
    public void Every_step_of_the_language_is_in_the_reference_and_no_other()
    {
        var named = StepRow()
            .Matches(File.ReadAllText(Reference("recipes.md")))
            .Select(m => m.Groups["step"].Value)
            .ToList();
        var refused = Assert.Throws<DeclarationException>(() =>
            Loop("\n  recipe: [zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz: 1]")
        );
        Assert.Contains($"There are: {string.Join(", ", named)}.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_gate_in_the_reference_is_read()
    {
        var gates = Blocks("gate").SelectMany(b => b.Split('\n', StringSplitOptions.RemoveEmptyEntries)).ToList();
        Assert.Equal(3, gates.Count);
        foreach (var gate in gates)
        {
            Assert.Equal(gate, LoopReader.Read(Yaml("") + $"\ngates: ['{gate}']").Gates[0].Text);
        }
    }

    [Fact]
    public void The_metric_of_each_task_that_names_none_is_in_the_reference()
    {
        var row = File.ReadLines(Reference("loop-yaml.md"))
            .Single(line => line.StartsWith("| `metric` |", StringComparison.Ordinal));

        Assert.All(
            Enum.GetValues<TaskKind>(),
            task => Assert.Contains($"`{MetricNames.Primary(task)}`", row, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Every_expression_in_the_reference_gives_what_it_says_in_both_targets()
    {
        var examples = Blocks("expr")
            .SelectMany(b => b.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            .Select(line => line.Split(" -> "))
            .Select(parts => (Text: parts[0].Trim(), Result: parts[1].Trim()))
            .ToList();
        Assert.True(examples.Count > 20);
        using var bench = new RecipeBench(
            [new Column("one", ColumnType.Int64)],
            [
                [Value.Of(1L)],
            ]
        );
        var fitted = bench.Fit([.. examples.Select((e, i) => new DeriveStep($"e{i}", e.Text))]);
        bench.Same(fitted, "the reference");
        var outputs = new Value[examples.Count];
        fitted.ForRow([.. examples.Select((_, i) => $"e{i}")]).Run([], outputs);
        foreach (var ((text, result), value) in examples.Zip(outputs))
        {
            var shown =
                value.IsNull ? "null"
                : value.Kind is ValueKind.String or ValueKind.Timestamp ? $"'{ValueText.Write(value)}'"
                : ValueText.Write(value);
            Assert.Equal($"{text} -> {result}", $"{text} -> {shown}");
        }
    }

    [Theory]
    [InlineData("movie-night")]
    [InlineData("campaign")]
    public void A_sample_is_read_and_its_recipe_fits_its_columns(string sample)
    {
        var path = Path.Combine(Root(), "samples", sample, "loop.yaml");
        var loop = LoopReader.Read(LoopText.Substitute(File.ReadAllText(path), _ => null));
        Assert.Equal(sample, loop.Loop.Value);
        Assert.EndsWith(".csv.gz", Assert.Single(loop.Data.Source.Files), StringComparison.Ordinal);
        Column[] undeclared = sample is "campaign"
            ? [new("duration", ColumnType.Int64), new("pdays", ColumnType.Int64)]
            : [];
        var declared = loop.Data.Contract.Columns.Select(c => new Column(c.Name, c.Type!.Value));
        var output = Recipe.Compile(loop.Data.Recipe, [.. declared, .. undeclared]).Output;
        Assert.Contains(
            output,
            c => string.Equals(c.Name, loop.Model.Target ?? loop.Model.Liked, StringComparison.Ordinal)
        );
        Assert.DoesNotContain(output, c => c.Name is "duration");
    }

    private static LoopDeclaration Loop(string data) => LoopReader.Read(Yaml(data));

    private static string Yaml(string data) =>
        $"loop: x\nmodel: {{ task: classify, target: y, try: lightgbm }}\ndata:\n  source: a.csv{data}";

    private static IEnumerable<string> Blocks(string language) =>
        Directory
            .EnumerateFiles(Path.GetDirectoryName(Reference("recipes.md"))!, "*.md")
            .Where(f => Path.GetFileName(f) is "recipes.md" or "loop-yaml.md")
            .SelectMany(f => Fence().Matches(File.ReadAllText(f)))
            .Where(m => string.Equals(m.Groups["language"].Value, language, StringComparison.Ordinal))
            .Select(m => m.Groups["body"].Value);

    private static string Reference(string file) => Path.Combine(Root(), "docs", "reference", file);

    private static string Root([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));

    [GeneratedRegex(
        "^```(?<language>[a-z]+)\n(?<body>.*?)^```$",
        RegexOptions.Multiline | RegexOptions.Singleline,
        1000
    )]
    private static partial Regex Fence();

    [GeneratedRegex(@"^\| `(?<step>[a-z_]+): ", RegexOptions.Multiline, 1000)]
    private static partial Regex StepRow();
}
