using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Training;
using Millrace.Testing;
using Xunit;

namespace Millrace.Tests.Training;

public sealed class AlgorithmReferenceTests
{
    [Fact]
    public void The_reference_lists_every_hyper_parameter_with_its_default()
    {
        var text = File.ReadAllText(Path.Combine(SharedData.Root, "docs", "reference", "algorithms.md"));
        var missing =
            from algorithm in Algorithm.All
            from parameter in algorithm.Parameters
            let row = $"| `{parameter.Name}` | {parameter.Default} |"
            where
                !text.Contains(row, StringComparison.Ordinal)
                || !text.Contains(parameter.Meaning, StringComparison.Ordinal)
            select $"{algorithm.Name}: {row} … {parameter.Meaning}";
        Assert.Empty(missing);
        Assert.All(Algorithm.All, a => Assert.Contains($"## {a.Name}", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_default_is_allowed_and_a_number_has_one_spelling()
    {
        foreach (var algorithm in Algorithm.All)
        {
            var values = algorithm.Resolve(
                new AlgorithmDeclaration(algorithm.Name, new Dictionary<string, string>(StringComparer.Ordinal))
            );
            Assert.Equal(algorithm.Parameters.Count, values.All.Count);
        }
        var given = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["learning_rate"] = "0.10",
            ["num_leaves"] = "007",
        };
        var spelt = Algorithm.LightGbm.Resolve(new AlgorithmDeclaration("lightgbm", given));
        Assert.Equal("0.1", spelt.All["learning_rate"]);
        Assert.Equal("7", spelt.All["num_leaves"]);
    }

    [Fact]
    public void What_means_something_for_another_task_only_is_not_recorded_and_refused_where_it_is_declared()
    {
        var plain = new AlgorithmDeclaration("lightgbm", new Dictionary<string, string>(StringComparer.Ordinal));
        Assert.DoesNotContain("objective", Algorithm.LightGbm.Resolve(plain, TaskKind.Classify).All.Keys);
        Assert.Contains("objective", Algorithm.LightGbm.Resolve(plain, TaskKind.Regress).All.Keys);

        var refusal = Assert.ThrowsAny<RefusalException>(() =>
            Algorithm.LightGbm.DemandMeant(
                plain with
                {
                    Parameters = new Dictionary<string, string>(StringComparer.Ordinal) { ["objective"] = "l1" },
                },
                TaskKind.Classify
            )
        );
        Assert.Contains("for the task regress only", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("half_life", "0d")]
    [InlineData("half_life", "soon")]
    [InlineData("half_life", "-3d")]
    [InlineData("halflife", "3d")]
    public void What_a_parameter_cannot_be_is_refused_at_its_place(string name, string value)
    {
        var declared = new AlgorithmDeclaration(
            "popularity",
            new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value }
        )
        {
            At = new Position(12, 7),
            Marks = new Dictionary<string, Position>(StringComparer.Ordinal) { ["half_life"] = new(12, 30) },
        };
        var refusal = Assert.ThrowsAny<RefusalException>(() => Algorithm.Popularity.Resolve(declared));
        Assert.StartsWith(
            name is "half_life" ? "loop.yaml:12:30:" : "loop.yaml:12:7:",
            refusal.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("half_life", refusal.Message, StringComparison.Ordinal);
    }
}
