using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using DuckDB.NET.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;
using Millrace.Experiments.Tracking;
using Millrace.Jobs;
using Millrace.Models.Evaluation;
using Millrace.Storage;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests.Experiments;

/// <summary>A server with a small table of visits to learn from, which can be asked what a loop asks of it.</summary>
public sealed class TrainingServer : ServerFixture
{
    private const int Rows = 1200;

    private static readonly Column[] Schema =
    [
        new("id", ColumnType.Int64),
        new("age", ColumnType.Double),
        new("region", ColumnType.String),
        new("clicks", ColumnType.Int64),
        new("bought", ColumnType.String),
    ];

    private readonly Lazy<string> visits;

    public TrainingServer() => visits = new(WriteVisits);

    /// <summary>A quick training on the visits: who of them bought.</summary>
    internal RunRequest Visits(
        string key,
        int seed = 1,
        IReadOnlyList<GateDeclaration>? gates = null,
        params (string Key, string Value)[] parameters
    )
    {
        var chosen = new Dictionary<string, string>(StringComparer.Ordinal) { ["num_iterations"] = "20" };
        foreach (var (name, value) in parameters)
        {
            chosen[name] = value;
        }

        var algorithm = new AlgorithmDeclaration("lightgbm", chosen);
        return new()
        {
            Experiment = new("visits"),
            Name = key,
            Key = key,
            Loop = new LoopName("visits"),
            Dataset = new("visits"),
            DatasetVersion = new(1),
            DatasetHash = "0123456789abcdef",
            Files = [visits.Value],
            Schema = Schema,
            Recipe = [new OrdinalStep(["region"])],
            Model = new()
            {
                Task = TaskKind.Classify,
                Target = "bought",
                Positive = "yes",
                Ignore = ["id"],
                Try = [algorithm],
                Split = new() { By = SplitBy.Random, Test = 0.25 },
                Metric = "auc",
                Seed = seed,
            },
            Algorithm = algorithm,
            Gates = gates ?? [],
            Tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["who"] = "tester" },
        };
    }

    /// <summary>The same, but what serves has not learned from the test rows.</summary>
    internal RunRequest HeldBack(string key, IReadOnlyList<GateDeclaration>? gates = null)
    {
        var request = Visits(key, 1, gates);
        return request with { Model = request.Model with { Split = request.Model.Split with { Refit = false } } };
    }

    /// <summary>One that takes far longer than any test waits.</summary>
    internal RunRequest LongVisits(string key) =>
        Visits(key, 1, null, ("num_iterations", "100000"), ("early_stopping_rounds", "100000"));

    internal Task<RunId> StartRunAsync(RunRequest request, CancellationToken ct) =>
        WithinAsync(async services =>
        {
            var run = await services.GetRequiredService<StartRun>().AddAsync(request, ct);
            await services.GetRequiredService<MillraceDb>().SaveChangesAsync(ct);
            services.GetRequiredService<JobQueue>().Wake();
            return run;
        });

    internal async Task<RunView> TrainAsync(RunRequest request, CancellationToken ct)
    {
        var run = await EndOfRunAsync(await StartRunAsync(request, ct), ct);
        Assert.True(run.State == RunState.Finished, run.Error);
        return run;
    }

    internal Task<RunView> EndOfRunAsync(RunId id, CancellationToken ct) =>
        FollowAsync(() => Client.RunAsync(id, ct), IsOver, ct);

    internal Task<ModelVersionView> EndOfGatesAsync(ModelName model, VersionNumber version, CancellationToken ct) =>
        FollowAsync(() => Client.ModelVersionAsync(model, version, ct), view => view.Blessing != Blessing.Waiting, ct);

    internal Task StartGatesAsync(
        ModelName model,
        VersionNumber version,
        IReadOnlyList<GateDeclaration> gates,
        CancellationToken ct
    ) =>
        WithinAsync(async services =>
        {
            await services.GetRequiredService<StartGates>().RunAsync(model, version, gates, ct);
            return true;
        });

    /// <summary>What a server does that was killed after it committed a run, and before it knew.</summary>
    internal Task CommitAgainAsync(RunId run, CancellationToken ct) =>
        WithinAsync(async services =>
        {
            var db = services.GetRequiredService<MillraceDb>();
            var id = await db.Set<RunRow>().Where(r => r.Id == run).Select(r => r.Job).SingleAsync(ct);
            var job = await db.Set<JobRow>().SingleAsync(j => j.Id == id, ct);
            var folder = services.GetRequiredService<MillraceFolder>();
            using var report = JsonDocument.Parse(
                await File.ReadAllTextAsync(Path.Combine(folder.Job(id), WorkFiles.Result), ct)
            );
            var handler = services.GetServices<IJobHandler>().OfType<TrainHandler>().Single();
            await handler.StartedAsync(job, ct);
            return await handler.CommitAsync(job, report.RootElement, folder.JobOutput(id), ct);
        });

    internal Task MeasureAsync(RunId run, IReadOnlyList<WorkMetric> metrics, CancellationToken ct) =>
        WithinAsync(async services =>
        {
            await services.GetRequiredService<RecordPoints>().RunAsync(run, metrics, ct);
            return true;
        });

    /// <summary>Waits until a child of this server trains, told by the first metric of the run.</summary>
    internal async Task TrainingOfAsync(RunId id, CancellationToken ct)
    {
        var run = await FollowAsync(() => Client.RunAsync(id, ct), run => run.Series.Count > 0 || IsOver(run), ct);
        Assert.True(run.State == RunState.Running, run.Error);
    }

    /// <summary>The work process of this server; found by the job's folder in its command line.</summary>
    internal Process Child()
    {
        var jobs = Path.Combine(Folder, ".millrace", "jobs");
        return Process.GetProcesses().Single(p => CommandLine(p).Contains(jobs, StringComparison.Ordinal));
    }

    internal string PackageOf(RunId run) => Path.Combine(Folder, ".millrace", "objects", "runs", run.Value);

    internal string FolderOf(ModelName model, VersionNumber version) =>
        Path.Combine(Folder, ".millrace", "objects", "models", model.Value, version.ToString());

    private static bool IsOver(RunView run) => run.State is RunState.Finished or RunState.Failed or RunState.Killed;

    private static string CommandLine(Process process)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/cmdline"));
        }
        catch (IOException)
        {
            return "";
        }
        catch (UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static async Task<T> FollowAsync<T>(Func<Task<T>> ask, Func<T, bool> until, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        var now = await ask();
        while (!until(now))
        {
            await timer.WaitForNextTickAsync(ct);
            now = await ask();
        }

        return now;
    }

    /// <summary>Who is older and clicks more buys more often, in the north above all; the rest is chance.</summary>
    private string WriteVisits()
    {
        var random = new Random(20260105);
        var csv = new StringBuilder("id,age,region,clicks,bought\n");
        for (var id = 1; id <= Rows; id++)
        {
            var age = 18 + (random.NextDouble() * 60);
            var region = random.Next(4) switch
            {
                0 => "north",
                1 => "south",
                2 => "east",
                _ => "west",
            };
            var clicks = random.Next(0, 30);
            var pull = ((age - 48) / 20) + ((clicks - 15) / 10.0) + (region is "north" ? 1 : 0);
            var bought = random.NextDouble() < 1 / (1 + Math.Exp(-pull)) ? "yes" : "no";
            csv.Append(CultureInfo.InvariantCulture, $"{id},{age:F2},{region},{clicks},{bought}\n");
        }

        var source = Write("visits.csv", csv.ToString());
        var target = Path.ChangeExtension(source, ".parquet");
        using var db = new DuckDBConnection("DataSource=:memory:");
        db.Open();
        using var command = db.CreateCommand();
        command.CommandText =
            $"copy (select * from read_csv('{source}', types = {{'bought': 'varchar'}}) order by id) to '{target}' (format parquet)";
        command.ExecuteNonQuery();
        return target;
    }
}
