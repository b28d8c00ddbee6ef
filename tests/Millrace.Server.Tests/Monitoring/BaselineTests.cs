using Millrace.Api;
using Millrace.Engine.Declarations;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;
using Millrace.Monitoring.Feedback;
using Millrace.Server.Tests.Loop;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests.Monitoring;

/// <summary>The trivial model that live losses are held against.</summary>
public sealed class BaselineTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_knows_what_was_popular_in_the_training_data_before_the_first_outcome()
    {
        var file = server.Write("views.csv", string.Join('\n', EveningLoop.Views()));
        await server.Client.ApplyAsync(new(EveningLoop.Yaml(file), Path.GetDirectoryName(file)!), Ct);
        await server.SettledAsync(EveningLoop.Name, Ct);

        // Each of the most popular films once: whoever began with nothing would know none of them.
        var outcomes = new List<OutcomeRequest>();
        for (var film = 1; film <= 5; film++)
        {
            outcomes.Add(EveningLoop.Watched(await EveningLoop.PredictAsync(server.Client, 100_000 + film, Ct), film));
        }

        await server.Client.SendOutcomesAsync(outcomes, Ct);

        var monitor = await WatchedServer.UntilAsync(
            () => server.Client.MonitorAsync(EveningLoop.Endpoint, Ct),
            m => m.Outcomes.Joined == 5,
            Ct
        );
        Assert.All(monitor.Windows, w => Assert.Equal(1.0, w.Baseline));
    }

    [Fact]
    public void What_fades_with_time_what_is_frequent_and_what_is_mean_are_read_from_the_files()
    {
        var file = Path.Combine(server.Folder, "history.parquet");
        using (var duck = DuckSession.Open(Path.Combine(server.Folder, "spill")))
        {
            duck.Execute(
                $"""
                COPY (SELECT * FROM (VALUES
                    ('old', 'yes', 1.0, TIMESTAMP '2026-01-01'), ('old', 'yes', 2.0, TIMESTAMP '2026-01-01'),
                    ('old', 'no', 3.0, TIMESTAMP '2026-01-01'), ('new', 'yes', 6.0, TIMESTAMP '2026-01-15')
                ) AS t(item, label, amount, "at")) TO {Sql.Literal(file)} (FORMAT parquet)
                """,
                Ct
            );
        }

        var items = Read(Card(TaskKind.Recommend) with { Item = "item" }).Items!;
        var labels = Read(Card(TaskKind.Classify) with { Target = "label", Classes = ["no", "yes"] }).Labels!;
        var mean = Read(Card(TaskKind.Regress) with { Target = "amount" }).Mean!;

        // Two half-lives of seven days: three old views weigh a quarter each.
        Assert.Equal(["new", "old"], items.Items);
        Assert.Equal(1, items.Weights[0], 1e-12);
        Assert.Equal(0.75, items.Weights[1], 1e-12);
        Assert.Equal(new DateTimeOffset(2026, 1, 15, 0, 0, 0, TimeSpan.Zero), items.Landmark);
        Assert.Equal((3.0, 1.0), (labels.Weights["yes"], labels.Weights["no"]));
        Assert.Equal((12.0, 4.0), (mean.Sum, mean.Weight));

        // What only the recipe makes what is learned is not in the files.
        Assert.Equal(new BaselineState(), Read(Card(TaskKind.Regress) with { Target = "derived" }));
        Assert.Equal(0, Read(Card(TaskKind.Regress) with { Target = "label" }).Mean!.Weight);
        Assert.Empty(Read(Card(TaskKind.Classify) with { Target = "label", Classes = ["0", "1"] }).Labels!.Weights);

        // A time that the rows hold as something else is none, and without one a training's rows do not weigh for months.
        Assert.Null(Read(Card(TaskKind.Recommend) with { Item = "item" }, "amount").Items!.Landmark);

        static ModelCard Card(TaskKind task) =>
            new()
            {
                Task = task,
                Algorithm = "a test",
                Inputs = [],
            };

        BaselineState Read(ModelCard card, string time = "at") =>
            PrimeBaseline.Read(
                server.Folder,
                [file],
                [
                    new("item", ColumnType.String),
                    new("label", ColumnType.String),
                    new("amount", ColumnType.Double),
                    new("at", ColumnType.Timestamp),
                ],
                card,
                time,
                Ct
            );
    }

    [Fact]
    public void A_million_rows_without_a_time_are_outweighed_by_some_thousand_outcomes()
    {
        var file = Path.Combine(server.Folder, "views.parquet");
        using (var duck = DuckSession.Open(Path.Combine(server.Folder, "views")))
        {
            duck.Execute(
                $"COPY (SELECT CASE WHEN i % 4 = 0 THEN 'b' ELSE 'a' END AS item FROM range(1000000) t(i)) TO {Sql.Literal(file)} (FORMAT parquet)",
                Ct
            );
        }

        var items = PrimeBaseline
            .Read(
                server.Folder,
                [file],
                [new("item", ColumnType.String)],
                new()
                {
                    Task = TaskKind.Recommend,
                    Algorithm = "a test",
                    Inputs = [],
                    Item = "item",
                },
                null,
                Ct
            )
            .Items!;

        Assert.Equal(["a", "b"], items.Items);
        Assert.Equal(3, items.Weights[0] / items.Weights[1], 1e-12);
        Assert.InRange(items.Weights.Sum(), 1000, 2000);
    }
}
