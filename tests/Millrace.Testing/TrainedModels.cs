using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;
using Millrace.Engine.Training;
using Millrace.Engine.Work;
using Millrace.Models.Registry;
using Millrace.Storage;

namespace Millrace.Testing;

/// <summary>
/// Really trained packages in a registry, for tests and benchmarks of what comes after training: trained in this process in
/// a second, and recorded as the registry does it.
/// </summary>
public static class TrainedModels
{
    private const string VisitsSql = """
        SELECT i AS id, (18 + (hash(i) % 600) / 10)::DOUBLE AS age,
            ['north', 'south', 'east', 'west'][1 + (hash(i + 7) % 4)::BIGINT] AS region,
            (hash(i + 9) % 30)::BIGINT AS clicks, (hash(i + 11) % 2 = 0) AS member,
            CASE WHEN age / 20 + clicks / 10.0 + (hash(i + 13) % 100) / 40.0 > 5 THEN 'yes' ELSE 'no' END AS bought
        FROM range(2000) t(i)
        """;

    private const string WatchedSql = """
        SELECT (hash(i) % 300)::BIGINT AS user_id, ((hash(i * 31) % 200) * (hash(i + 5) % 3) / 2)::BIGINT AS movie_id,
            make_timestamp(1767600000000000 + i * 60000000) AS watched_at
        FROM range(8000) t(i)
        """;

    /// <summary>A classifier of visits: will they buy, by age, region, clicks and membership.</summary>
    /// <param name="services">The server's, scoped.</param>
    /// <param name="model">What it is called.</param>
    /// <param name="number">Its version.</param>
    /// <param name="blessing">Whether it passed its gates.</param>
    /// <param name="ct">Stops the training.</param>
    public static Task AddClassifierAsync(
        IServiceProvider services,
        ModelName model,
        VersionNumber number,
        Blessing blessing,
        CancellationToken ct
    ) =>
        AddAsync(
            services,
            model,
            number,
            blessing,
            VisitsSql,
            null,
            new ModelDeclaration
            {
                Task = TaskKind.Classify,
                Target = "bought",
                Positive = "yes",
                Ignore = ["id"],
                Split = new() { By = SplitBy.Random },
                Seed = number.Value,
                Try =
                [
                    new(
                        "lightgbm",
                        new Dictionary<string, string>(StringComparer.Ordinal)
                        {
                            ["num_iterations"] = "100",
                            ["num_threads"] = "1",
                        }
                    ),
                ],
            },
            [new OrdinalStep(["region"])],
            ct
        );

    /// <summary>A recommender of movies, by item neighbours.</summary>
    public static Task AddRecommenderAsync(
        IServiceProvider services,
        ModelName model,
        VersionNumber number,
        CancellationToken ct
    ) =>
        AddAsync(
            services,
            model,
            number,
            Blessing.Passed,
            WatchedSql,
            "watched_at",
            new ModelDeclaration
            {
                Task = TaskKind.Recommend,
                User = "user_id",
                Item = "movie_id",
                Try = [new("item_knn", new Dictionary<string, string>(StringComparer.Ordinal))],
            },
            [],
            ct
        );

    private static async Task AddAsync(
        IServiceProvider services,
        ModelName model,
        VersionNumber number,
        Blessing blessing,
        string query,
        string? eventTime,
        ModelDeclaration declaration,
        IReadOnlyList<StepDeclaration> recipe,
        CancellationToken ct
    )
    {
        var folder = services.GetRequiredService<MillraceFolder>();
        var package = folder.ModelVersion(model, number);
        var data = Path.Combine(folder.Root, "training", $"{model}-{number}.parquet");
        Directory.CreateDirectory(Path.GetDirectoryName(data)!);
        Directory.CreateDirectory(package);
        IReadOnlyList<Column> schema;
        using (var duck = DuckSession.Open(Path.Combine(folder.Root, "training", "spill")))
        {
            duck.Execute($"COPY ({query}) TO {Sql.Literal(data)} (FORMAT parquet)", ct);
            schema = duck.Query(
                $"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet({Sql.Literal(data)}))",
                r => new Column(r.GetString(0), TypeOf(r.GetString(1))),
                ct
            );
        }

        var report = await TrainModel.RunAsync(
            new TrainingSpec
            {
                Files = [data],
                Schema = schema,
                EventTime = eventTime,
                Recipe = recipe,
                Model = declaration,
                Algorithm = declaration.Try[0],
                ProfilesInputs = true,
                OutputFolder = package,
            },
            new Silence(),
            ct
        );
        await RecordAsync(services, model, number, blessing, report, PackageReader.ReadCard(package), ct);
    }

    private static async Task RecordAsync(
        IServiceProvider services,
        ModelName model,
        VersionNumber number,
        Blessing blessing,
        TrainingReport report,
        Engine.Scoring.ModelCard card,
        CancellationToken ct
    )
    {
        var db = services.GetRequiredService<MillraceDb>();
        if (!await db.Set<ModelRow>().AnyAsync(m => m.Name == model, ct))
        {
            db.Add(
                new ModelRow
                {
                    Name = model,
                    Description = "",
                    CreatedAt = TimeProvider.System.GetUtcNow(),
                }
            );
        }

        db.Add(
            new VersionRow
            {
                Model = model,
                Number = number,
                Run = RunId.New(TimeProvider.System),
                Experiment = new(model.Value),
                Dataset = new(model.Value),
                DatasetVersion = new(1),
                DatasetHash = "0123456789abcdef",
                RecipeHash = report.RecipeHash,
                CodeVersion = "test",
                Seed = number.Value,
                Card = card,
                Learned = report.Learned,
                Hash = report.ModelHash,
                Files = report.Files,
                PrimaryMetric = report.PrimaryMetric,
                Score = report.Metrics.GetValueOrDefault(report.PrimaryMetric),
                Metrics = report.Metrics,
                Baseline = report.Baseline,
                Description = "",
                CreatedAt = TimeProvider.System.GetUtcNow(),
                Blessing = blessing,
                Note = blessing == Blessing.Passed ? "It passed every gate." : "auc 0.5 is below 0.9.",
            }
        );
        await db.SaveChangesAsync(ct);
    }

    private static ColumnType TypeOf(string duck) =>
        duck switch
        {
            "BOOLEAN" => ColumnType.Bool,
            "BIGINT" => ColumnType.Int64,
            "VARCHAR" => ColumnType.String,
            "TIMESTAMP" => ColumnType.Timestamp,
            _ => ColumnType.Double,
        };

    private sealed class Silence : IWorkSink
    {
        public void Progress(double? done, string doing) { }

        public void Metric(string key, double value, long step) { }

        public void Log(string line) { }
    }
}
