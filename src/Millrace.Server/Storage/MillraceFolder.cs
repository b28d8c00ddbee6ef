using Millrace.Core;

namespace Millrace.Storage;

/// <summary>Where everything lies under one root folder. The one place that knows the layout.</summary>
public sealed class MillraceFolder(string root)
{
    public string Root { get; } = Path.GetFullPath(root);

    public string Database => Path.Combine(Root, "millrace.db");

    public string Lock => Path.Combine(Root, "lock");

    /// <summary>Says where the running server listens, for the verbs of the command line.</summary>
    public string ServerFile => Path.Combine(Root, "server.json");

    public string Logs => Path.Combine(Root, "logs");

    public string Uploads => Path.Combine(Root, "uploads");

    /// <summary>For what DuckDB does not keep in memory.</summary>
    public string Spill => Path.Combine(Root, "spill");

    public string Objects => Path.Combine(Root, "objects");

    /// <summary>The segments of the prediction log that are not Parquet yet.</summary>
    public string PredictionLog => Path.Combine(Root, "predictions");

    /// <summary>Predictions as Parquet, in a folder for each endpoint.</summary>
    public string Predictions => Path.Combine(Objects, "predictions");

    /// <summary>A Delta table: Parquet files, _delta_log and _manifests.</summary>
    public string Dataset(DatasetName dataset) => Path.Combine(Objects, "datasets", dataset.Value);

    /// <summary>What a loop writes for itself: files of joined outcomes.</summary>
    public string LoopFiles(LoopName loop) => Path.Combine(Root, "loops", loop.Value);

    public string Run(RunId run) => Path.Combine(Objects, "runs", run.Value);

    public string ModelVersion(ModelName model, VersionNumber version) =>
        Path.Combine(Objects, "models", model.Value, version.ToString());

    /// <summary>Spec, log and unfinished output of a job. Deleted once its result is committed, but for the log.</summary>
    public string Job(JobId job) => Path.Combine(Root, "jobs", job.Value);

    public string JobOutput(JobId job) => Path.Combine(Job(job), "out");
}
