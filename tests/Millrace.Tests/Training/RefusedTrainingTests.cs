using Millrace.Engine.Declarations;
using Millrace.Engine.Training;
using Xunit;

namespace Millrace.Tests.Training;

/// <summary>What cannot be trained, and what is said of it.</summary>
public sealed class RefusedTrainingTests : IDisposable
{
    private readonly Workshop shop = new();

    [Fact]
    public async Task What_cannot_be_trained_is_refused_with_the_remedy()
    {
        await Refused("Did you mean 'lightgbm'", s => s with { Algorithm = new("lightgmb", Nothing) });
        await Refused("Did you mean 'num_leaves'", s => With(s, ("num_leafs", "7")));
        await Refused("from 2 to 131072; the default is 31", s => With(s, ("num_leaves", "1")));
        await Refused("no metric 'rmse' for classify", s => s with { Model = s.Model with { Metric = "rmse" } });
        await Refused("Did you mean 'stays'", s => s with { Model = s.Model with { Target = "stayz" } });
        await Refused("Did you mean 'town'", s => s with { Model = s.Model with { Ignore = ["towns"] } });
        await Refused("There are: no, yes", s => s with { Model = s.Model with { Positive = "certainly" } });
        await Refused("regress needs a number", s => s with { Model = s.Model with { Task = TaskKind.Regress } });
        await Refused("one class only", s => s with { Recipe = [new FilterStep("stays = 'yes'")] });
        await Refused("no row to train on", s => s with { Recipe = [new FilterStep("age > 900")] });
        await Refused(
            "8 test rows",
            s => s with { Recipe = [new FilterStep("id < 10 or id >= 1492")], Model = Ordered(s.Model) }
        );
        await Refused(
            "A window needs an event_time",
            s => s with { Model = s.Model with { Window = TimeSpan.FromDays(3) } }
        );
        await Refused("it is the share", s => s with { Model = s.Model with { Split = new() { Test = 1 } } });
        await Refused("No column is left", s => s with { Recipe = [new SelectStep(["stays", "joined"])] });

        Task Refused(string message, Func<TrainingSpec, TrainingSpec> change)
        {
            var spec = Customers.Spec(shop);
            spec = change(spec with { Recipe = [], Model = spec.Model with { Ignore = [] } });
            return Workshop.AssertRefusedAsync(message, () => shop.TrainAsync(spec));
        }
    }

    [Theory]
    [InlineData("empty", "town", "target 'empty' has no value in any row that the recipe leaves")]
    [InlineData("town", "one", "split: 'one' has too few values")]
    [InlineData("town", "empty", "split: 'empty' has too few values")]
    public async Task A_column_that_says_nothing_is_named_where_it_matters(string target, string group, string says)
    {
        var model = Workshop.Model(TaskKind.Classify, "lightgbm") with
        {
            Target = target,
            Split = new() { By = SplitBy.Group, Group = group },
        };
        var spec = shop.Spec(
            "SELECT i::BIGINT AS x, 'town ' || (i % 30) AS town, 1::BIGINT AS one, NULL::VARCHAR AS empty FROM range(600) t(i)",
            model
        );

        await Workshop.AssertRefusedAsync(says, () => shop.TrainAsync(spec));
    }

    [Fact]
    public async Task A_positive_class_among_three_is_said_to_change_nothing()
    {
        var model = Workshop.Model(TaskKind.Classify, "lightgbm") with { Target = "town", Positive = "a" };
        var spec = shop.Spec(
            "SELECT (i % 3)::BIGINT AS x, ['a', 'b', 'c'][1 + i % 3] AS town FROM range(600) t(i)",
            model
        );

        var report = await shop.TrainAsync(spec);

        Assert.Contains(report.Notices, n => n.StartsWith("positive: 'town' has 3 classes", StringComparison.Ordinal));
    }

    public void Dispose() => shop.Dispose();

    private static Dictionary<string, string> Nothing => [];

    private static TrainingSpec With(TrainingSpec spec, (string Name, string Value) parameter) =>
        spec with
        {
            Algorithm = new(
                "lightgbm",
                new Dictionary<string, string>(StringComparer.Ordinal) { [parameter.Name] = parameter.Value }
            ),
        };

    private static ModelDeclaration Ordered(ModelDeclaration model) =>
        model with
        {
            Split = new() { By = SplitBy.Order },
        };
}
