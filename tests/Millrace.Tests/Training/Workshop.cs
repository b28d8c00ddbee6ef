using System.Collections.Concurrent;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;
using Millrace.Engine.Training;
using Millrace.Engine.Work;
using Xunit;

namespace Millrace.Tests.Training;

/// <summary>A folder of its own, with what it takes to make a dataset out of SQL and to train on it. What the work says is kept.</summary>
public sealed class Workshop : IWorkSink, IDisposable
{
    private int made;

    public string Folder { get; } = Directory.CreateTempSubdirectory("millrace-training-").FullName;

    public ConcurrentQueue<(string Key, double Value, long Step)> Metrics { get; } = new();

    public ConcurrentQueue<string> Log { get; } = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A spec over the rows of a query, with the tests' usual: one thread, an empty recipe.</summary>
    public TrainingSpec Spec(
        string query,
        ModelDeclaration model,
        string? eventTime = null,
        params StepDeclaration[] recipe
    )
    {
        var file = NewPath() + ".parquet";
        var spill = NewPath();
        using var db = DuckSession.Open(spill);
        db.Execute($"COPY ({query}) TO {Sql.Literal(file)} (FORMAT parquet)", Ct);
        var schema = db.Query(
            $"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet({Sql.Literal(file)}))",
            r => new Column(r.GetString(0), Type(r.GetString(1))),
            Ct
        );
        return new TrainingSpec
        {
            Files = [file],
            Schema = schema,
            EventTime = eventTime,
            Recipe = recipe,
            Model = model,
            Algorithm = model.Try[0],
            OutputFolder = NewPath(),
        };
    }

    public Task<TrainingReport> TrainAsync(TrainingSpec spec) => TrainModel.RunAsync(spec, this, Ct);

    public Task<EvaluationReport> EvaluateAsync(TrainingSpec spec, params (string Name, string Folder)[] packages) =>
        EvaluateModels.RunAsync(
            new EvaluationSpec
            {
                Training = spec with { OutputFolder = NewPath() },
                Packages = packages.ToDictionary(
                    p => p.Name,
                    p => ModelFolder.FindTested(p.Folder) ?? p.Folder,
                    StringComparer.Ordinal
                ),
            },
            this,
            Ct
        );

    public string NewPath() => Path.Combine(Folder, FormattableString.Invariant($"{++made:000}"));

    public static ModelDeclaration Model(
        TaskKind task,
        string algorithm,
        params (string Name, string Value)[] parameters
    )
    {
        var all = parameters.ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
        if (algorithm is "lightgbm")
        {
            all.TryAdd("num_threads", "1");
        }
        return new ModelDeclaration { Task = task, Try = [new AlgorithmDeclaration(algorithm, all)] };
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    void IWorkSink.Progress(double? done, string doing) =>
        Assert.True(done is null or (>= 0 and <= 1), $"{done}: {doing}");

    void IWorkSink.Metric(string key, double value, long step) => Metrics.Enqueue((key, value, step));

    void IWorkSink.Log(string line) => Log.Enqueue(line);

    private static ColumnType Type(string duck) =>
        duck switch
        {
            "BOOLEAN" => ColumnType.Bool,
            "INTEGER" => ColumnType.Int32,
            "BIGINT" => ColumnType.Int64,
            "DOUBLE" => ColumnType.Double,
            "DATE" => ColumnType.Date,
            "TIMESTAMP" => ColumnType.Timestamp,
            "VARCHAR" => ColumnType.String,
            _ => throw new ArgumentException($"The query makes a {duck}: cast it.", nameof(duck)),
        };

    public static async Task AssertRefusedAsync(string message, Func<Task> act)
    {
        var refusal = await Assert.ThrowsAnyAsync<RefusalException>(act);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }
}
