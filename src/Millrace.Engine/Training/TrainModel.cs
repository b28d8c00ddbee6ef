using System.Diagnostics;
using System.Globalization;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;
using Millrace.Engine.Training.Metrics;
using Millrace.Engine.Work;

namespace Millrace.Engine.Training;

/// <summary>
/// One training run: split, fit the recipe on the training rows, learn, write the package, test it and the baseline on the rows held
/// back; then (split: refit) learn once more from all rows, those of the test too: that package serves, and the tested one is kept
/// beside it, in a folder that is no part of the package. It belongs into a process of its own, started with OMP_WAIT_POLICY=passive and GOMP_SPINCOUNT=0, because LightGBM's threads
/// otherwise fight for the cores and a fault in native code ends the process.
/// </summary>
public static class TrainModel
{
    /// <exception cref="RefusalException">The spec or its data cannot be trained on; the message says why and what to change.</exception>
    public static Task<TrainingReport> RunAsync(TrainingSpec spec, IWorkSink sink, CancellationToken ct) =>
        Task.Run(() => Run(spec, sink, ct), ct);

    private static TrainingReport Run(TrainingSpec spec, IWorkSink sink, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        CheckModel.Names(spec.Model with { Try = [spec.Algorithm] });
        var algorithm = Algorithm.Find(spec.Algorithm, spec.Model.Task);
        var parameters = algorithm.Resolve(spec.Algorithm, spec.Model.Task);
        Directory.CreateDirectory(spec.OutputFolder);
        sink.Progress(null, "Reading and splitting rows");
        var validation = algorithm == Algorithm.LightGbm ? parameters.Number("validation") : 0;
        TrainingReport report;
        using (var rows = TrainingRows.Open(spec, validation, ct))
        {
            report =
                spec.Model.Task == TaskKind.Recommend
                    ? TrainLists.Run(spec, algorithm, parameters, rows, sink, ct)
                    : TrainScores.Run(spec, parameters, rows, sink, ct);
        }
        Note(algorithm, report, clock.Elapsed, sink);
        var files = ModelFolder.Files(spec.OutputFolder);
        using var process = Process.GetCurrentProcess();
        return report with
        {
            Files = files,
            ModelHash = ModelFolder.Hash(files),
            PeakMemoryBytes = process.PeakWorkingSet64,
            Seconds = clock.Elapsed.TotalSeconds,
        };
    }

    /// <summary>What a person looks for in the log of a run that went well.</summary>
    private static void Note(Algorithm algorithm, TrainingReport report, TimeSpan took, IWorkSink sink)
    {
        sink.Log(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{algorithm.Name}: learned from {report.TrainRows:N0} rows, tested on {report.TestRows:N0}, in {took.TotalSeconds:0.0} s"
            )
        );
        foreach (var (metric, value) in report.Metrics)
        {
            sink.Log(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{metric} {value:0.####} (baseline {report.Baseline.GetValueOrDefault(metric, double.NaN):0.####})"
                )
            );
        }

        foreach (var notice in report.Notices)
        {
            sink.Log(notice);
        }
    }

    internal static IReadOnlyList<ColumnProfile> Profile(
        TrainingSpec spec,
        TrainingRows rows,
        IReadOnlyList<Column> inputs,
        CancellationToken ct
    ) => spec.ProfilesInputs ? rows.Profile(inputs, ct) : [];

    /// <summary>Where the package goes that has learned from the training rows only.</summary>
    internal static string TestedFolder(TrainingSpec spec) =>
        spec.Model.Split.Refit ? ModelFolder.TestedOf(spec.OutputFolder) : spec.OutputFolder;

    internal static string Primary(ModelDeclaration model, int classes)
    {
        var primary = model.Metric ?? MetricNames.Primary(model.Task);
        return classes > 2 && primary is MetricName.Auc
            ? throw Refusal.Invalid(
                $"metric: auc is for two classes, and the target has {classes}. Use log_loss, accuracy or f1."
            )
            : primary;
    }

    internal static TrainingReport Report(
        TrainingSpec spec,
        ParameterValues parameters,
        string primary,
        Dictionary<string, double> metrics,
        Dictionary<string, double> baseline
    ) =>
        new()
        {
            Algorithm = spec.Algorithm.Name,
            Parameters = parameters.All,
            Metrics = metrics,
            Baseline = baseline,
            PrimaryMetric = primary,
            HigherIsBetter = MetricNames.HigherIsBetter(primary),
            TrainRows = 0,
            TestRows = 0,
            ModelHash = "",
            RecipeHash = "",
            Files = [],
            PeakMemoryBytes = 0,
            Seconds = 0,
        };
}
