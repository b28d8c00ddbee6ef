using System.Text;
using System.Text.Json;
using Millrace.Api;
using Millrace.Engine.Declarations;
using Millrace.Engine.Outcomes;
using Millrace.Engine.Tables;
using Millrace.Monitoring.Drift;
using Millrace.Monitoring.Feedback;
using Xunit;

namespace Millrace.Server.Tests.Monitoring;

public sealed class ShiftTests
{
    private static readonly ColumnProfile Age = new()
    {
        Name = "age",
        Type = ColumnType.Double,
        Count = 1010,
        Nulls = 10,
        DistinctEstimate = 500,
        Histogram = [.. Enumerable.Range(0, 10).Select(i => new Bin(20 + (i * 4), 24 + (i * 4), 100))],
    };

    private static readonly ColumnProfile Region = new()
    {
        Name = "region",
        Type = ColumnType.String,
        Count = 1010,
        Nulls = 10,
        DistinctEstimate = 3,
        Top = [new("north", 600), new("south", 300)],
    };

    private static readonly VersionFacts Facts = new(
        new()
        {
            Task = TaskKind.Classify,
            Algorithm = "a test",
            Inputs = [new("age", ColumnType.Double), new("region", ColumnType.String)],
            Classes = ["no", "yes"],
            Positive = "yes",
            Target = "bought",
            Answers = new()
            {
                Name = "output",
                Type = ColumnType.Double,
                Count = 1000,
                Nulls = 0,
                DistinctEstimate = 1000,
                Histogram = [.. Enumerable.Range(0, 10).Select(i => new Bin(i / 10.0, (i + 1) / 10.0, 100))],
            },
        },
        new("visits"),
        new(1),
        0,
        ReferenceBins.Of([new("age", ColumnType.Double), new("region", ColumnType.String)], [Age, Region])
    );

    [Fact]
    public void The_same_inputs_show_no_shift_and_others_do()
    {
        var same = new DayCounts();
        var older = new DayCounts();
        for (var i = 0; i < 1000; i++)
        {
            var region =
                i % 10 < 6 ? "north"
                : i % 10 < 9 ? "south"
                : "west";
            Count(same, $$"""{"age":{{20 + (i % 40)}},"region":"{{region}}"}""", 0.3);
            Count(older, $$"""{"age":{{44 + (i % 20)}},"region":"{{region}}"}""", 0.3);
        }

        Assert.All(Facts.References, r => Assert.InRange(ReadShift.View(r, [same]).Psi!.Value, 0, 0.05));
        var shifted = ReadShift.View(Facts.References[0], [older]);
        Assert.Equal(ShiftLevel.Large, shifted.Level);
        Assert.Equal(0.15, shifted.Bins.Single(b => b.Label is "above 60").Share, 6);
        Assert.Equal(0, shifted.Bins.Single(b => b.Label is "20 – 24").Share);
        Assert.Equal(ShiftLevel.None, ReadShift.View(Facts.References[1], [older]).Level);
    }

    [Fact]
    public void A_number_that_never_changed_shows_a_shift_when_it_changes_and_none_before()
    {
        var flag = ReferenceBins.Of(
            new()
            {
                Name = "flag",
                Type = ColumnType.Double,
                Count = 1000,
                Nulls = 0,
                DistinctEstimate = 1,
                Top = [new("0.0", 1000)],
                Histogram = [new(0, 1, 1000)],
            }
        )!;
        var (same, other) = (new DayCounts(), new DayCounts());
        var facts = Facts with { References = [flag] };
        for (var i = 0; i < 500; i++)
        {
            Count(facts, same, i % 2 == 0 ? """{"flag":0}""" : """{"flag":0.0}""", 0.3);
            Count(facts, other, """{"flag":1}""", 0.3);
        }

        Assert.Equal(ShiftLevel.None, ReadShift.View(flag, [same]).Level);
        Assert.Equal(ShiftLevel.Large, ReadShift.View(flag, [other]).Level);
    }

    [Fact]
    public void Too_few_values_are_no_shift()
    {
        var few = new DayCounts();
        for (var i = 0; i < 199; i++)
        {
            Count(few, """{"age":99,"region":"west"}""", 0.3);
        }

        Assert.Null(ReadShift.View(Facts.References[0], [few]).Psi);
    }

    [Fact]
    public void Outputs_are_held_against_those_of_the_test_from_the_first_on()
    {
        var (same, surer) = (new DayCounts(), new DayCounts());
        for (var i = 0; i < 1000; i++)
        {
            Count(same, """{"age":30}""", (i % 100) / 100.0);
            Count(surer, """{"age":30}""", i % 2 == 0 ? (i % 100) / 100.0 : 0.95);
        }

        Assert.Equal(ShiftLevel.None, ReadShift.View(Facts.Output!, [same]).Level);
        var view = ReadShift.View(Facts.Output!, [surer]);
        Assert.Equal(1000, view.Live);
        Assert.Equal(ShiftLevel.Large, view.Level);
        Assert.Equal(0.55, view.Bins[^1].Share, 2);
    }

    [Theory]
    [InlineData("""{"age":61}""", "age", "range up to 60")]
    [InlineData("""{"age":null}""", "age", "required")]
    [InlineData("""{"age":30,"region":"west"}""", "region", "allowed [north, south]")]
    public void Rules_that_inputs_break_are_counted_with_what_they_ask_for(string inputs, string column, string rule)
    {
        var contract = new Contract
        {
            Columns =
            [
                new()
                {
                    Name = "age",
                    Required = true,
                    Max = 60,
                },
                new() { Name = "region", Allowed = ["north", "south"] },
            ],
        };
        var day = new DayCounts();
        using var json = JsonDocument.Parse(inputs);
        CountInputs.Run(day, Facts, contract, json.RootElement, "{}"u8);

        Assert.Equal(1, day.Broken[column][rule]);
    }

    [Theory]
    [InlineData("accuracy", "yes", 0.0)]
    [InlineData("accuracy", "no", 1.0)]
    [InlineData("brier", "yes", 0.09)]
    [InlineData("brier", "no", 0.49)]
    [InlineData("log_loss", "yes", 0.0713349887877465)]
    [InlineData("brier", "maybe", null)]
    public void The_loss_of_a_class_is_that_of_its_probability(string watch, string actual, double? loss) =>
        Assert.Equal(
            loss ?? double.NaN,
            ScoreOutcome.Loss(
                LiveMetric.Of(TaskKind.Classify, watch),
                Facts.Card,
                """{"score":0.7,"label":"yes","probabilities":{"no":0.3,"yes":0.7}}""",
                actual
            ) ?? double.NaN,
            9
        );

    [Theory]
    [InlineData("12", 0.5)]
    [InlineData("10", 0.0)]
    [InlineData("16", 0.75)]
    [InlineData("many", null)]
    [InlineData("NaN", null)]
    [InlineData("1e999", null)]
    public void The_loss_of_a_value_is_half_at_the_models_own_error(string actual, double? loss) =>
        Assert.Equal(
            loss,
            ScoreOutcome.Loss(
                LiveMetric.Of(TaskKind.Regress, null, scale: 2),
                Facts.Card with
                {
                    Task = TaskKind.Regress,
                },
                """{"score":10}""",
                actual
            )
        );

    [Theory]
    [InlineData("hit_rate@2", "7", 0.0)]
    [InlineData("hit_rate@2", "9", 1.0)]
    [InlineData("ndcg@3", "8", 0.36907024642854256)]
    [InlineData("hit_rate@2", "70", 1.0)]
    [InlineData("hit_rate@2", "x", null)]
    public void The_loss_of_a_list_is_that_of_the_items_place(string watch, string actual, double? loss) =>
        Assert.Equal(
            loss ?? double.NaN,
            ScoreOutcome.Loss(
                LiveMetric.Of(TaskKind.Recommend, watch),
                Facts.Card with
                {
                    Task = TaskKind.Recommend,
                },
                """{"items":[{"item":7,"score":1},{"item":"8","score":0.5},{"item":9,"score":0.1}]}""",
                actual
            ) ?? double.NaN,
            9
        );

    [Theory]
    [InlineData("epoch_s", "1767600000")]
    [InlineData("epoch_ms", "1767600000250")]
    [InlineData("%d.%m.%Y %H:%M", "05.01.2026 08:00")]
    [InlineData(null, "2026-01-05T08:00:00.250000Z")]
    public void Times_are_written_as_the_contract_reads_them(string? format, string text) =>
        Assert.Equal(
            text,
            ContractTime
                .Write(
                    DateTimeOffset.FromUnixTimeMilliseconds(1_767_600_000_250),
                    new() { Name = "at", Format = format }
                )
                .ToString()
        );

    private static void Count(DayCounts day, string inputs, double score) => Count(Facts, day, inputs, score);

    private static void Count(VersionFacts facts, DayCounts day, string inputs, double score)
    {
        using var json = JsonDocument.Parse(inputs);
        CountInputs.Run(
            day,
            facts,
            Contract.Open,
            json.RootElement,
            Encoding.UTF8.GetBytes(FormattableString.Invariant($$"""{"score":{{score}},"label":"yes"}"""))
        );
    }
}
