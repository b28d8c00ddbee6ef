using System.Globalization;
using System.Text;
using Millrace.Engine.Declarations;
using Millrace.Engine.Training.Metrics;
using Millrace.Engine.Work;

namespace Millrace.Engine.Training.LightGbm;

/// <summary>What LightGBM learned: its text, without what does not change the model (threads), and what each feature brought.</summary>
internal sealed record TrainedTrees(string Text, int Iterations, IReadOnlyList<FeatureImportance> Importance);

/// <summary>
/// Learns on the training rows but the validation part until the validation metric has not improved for a while, then (refit) once
/// more on all training rows for the best number of rounds. Deterministic: the same rows, parameters and seed give the same text with
/// any number of threads.
/// </summary>
internal sealed class TrainLightGbm(
    PreparedRows rows,
    FeaturePlan plan,
    ModelDeclaration model,
    ParameterValues parameters,
    string primaryMetric,
    IWorkSink sink,
    List<string> notices
)
{
    private const int FewestValidationRows = 50;

    /// <summary>Where nothing tells when to stop, LightGBM's own default.</summary>
    private const int BlindIterations = 100;

    /// <summary>
    /// Values a thread must have to be worth waking: with fewer, handing out each small step costs more than the step. Where
    /// two of two cores begin to pay is measured by bench training.
    /// </summary>
    private const long CellsPerThread = 500_000;

    private int ClassCount => rows.Classes.Count;

    public TrainedTrees Run(CancellationToken ct) => Listening(() => Train(ct));

    /// <summary>On all of the rows, for as many rounds as were kept before: nothing is watched.</summary>
    public TrainedTrees Again(int iterations, CancellationToken ct) =>
        Listening(() => Grow(TrainingRows.IsTraining, null, iterations, 0, 1, ct));

    private TrainedTrees Listening(Func<TrainedTrees> train)
    {
        LightGbmApi.ListenOnThisThread(sink);
        try
        {
            return train();
        }
        finally
        {
            LightGbmApi.ListenOnThisThread(null);
        }
    }

    private TrainedTrees Train(CancellationToken ct)
    {
        var most = parameters.Whole("num_iterations");
        var isValidated = parameters.Number("validation") > 0 && HasUsableValidation(ct);
        if (!isValidated)
        {
            // No rows to watch: a thousand rounds would learn the noise. Whoever names a number gets it.
            var blind = parameters.Number("validation") > 0 ? Math.Min(most, BlindIterations) : most;
            return Grow(TrainingRows.IsTraining, null, blind, 0, 1, ct);
        }
        var refit = parameters.Flag("refit");
        var searched = Grow($"{TrainingRows.IsTraining} AND NOT __valid", "__valid", most, 0, refit ? 0.6 : 1, ct);
        return refit ? Grow(TrainingRows.IsTraining, null, searched.Iterations, 0.6, 1, ct) : searched;
    }

    private bool HasUsableValidation(CancellationToken ct)
    {
        var labels = new HashSet<double>();
        foreach (var batch in rows.Select("__valid", ct).Read(ct))
        {
            labels.UnionWith(batch.Labels.AsSpan(0, batch.Rows).ToArray());
        }
        if (rows.ValidationRows >= FewestValidationRows && labels.Count > 1)
        {
            return true;
        }
        notices.Add(
            rows.ValidationRows < FewestValidationRows
                ? $"Only {rows.ValidationRows} validation rows: trained for {BlindIterations} rounds at most, without early stopping."
                : $"The validation rows hold one class only: trained for {BlindIterations} rounds at most, without early stopping."
        );
        return false;
    }

    private TrainedTrees Grow(
        string training,
        string? validation,
        int most,
        double from,
        double to,
        CancellationToken ct
    )
    {
        var metrics = Metrics();
        var options = Options(metrics);
        sink.Progress(from, "Reading rows into LightGBM");
        using var dataset = Dataset.Create(rows.Select(training, ct), plan.Features, options, ct);
        using var watched = validation is null ? null : Dataset.CreateLike(dataset, rows.Select(validation, ct), ct);
        using var booster = Booster.Create(dataset.Handle, watched?.Handle, options);
        // Rounds that order rows well may give no probabilities yet, so classes are learned until the log loss is lowest, whatever chooses
        // the algorithm.
        var deciding =
            model.Task == TaskKind.Classify
                ? 0
                : Math.Max(
                    0,
                    Array.FindIndex(metrics, m => string.Equals(m.Ours, primaryMetric, StringComparison.Ordinal))
                );
        var best = double.NaN;
        var bestIteration = 0;
        var patience = parameters.Whole("early_stopping_rounds");
        var done = 0;
        while (done < most && (watched is null || done - bestIteration < patience))
        {
            ct.ThrowIfCancellationRequested();
            if (!booster.Update())
            {
                break;
            }
            done++;
            sink.Progress(from + ((to - from) * done / most), $"Round {done}");
            if (watched is null)
            {
                continue;
            }
            var values = booster.Validate();
            for (var i = 0; i < metrics.Length; i++)
            {
                sink.Metric("valid_" + metrics[i].Ours, values[i], done);
            }
            if (double.IsNaN(best) || MetricName.IsBetter(metrics[deciding].Ours, values[deciding], best))
            {
                best = values[deciding];
                bestIteration = done;
            }
        }
        var kept = Math.Max(1, watched is null ? done : bestIteration);
        return new TrainedTrees(Canonical(booster.ToText(kept)), kept, Importance(booster, kept));
    }

    private FeatureImportance[] Importance(Booster booster, int iterations)
    {
        var gains = booster.Gains(plan.Features.Count, iterations);
        return
        [
            .. plan
                .Features.Select((f, i) => new FeatureImportance(f, gains[i]))
                .OrderByDescending(f => f.Gain)
                .ThenBy(f => f.Feature, StringComparer.Ordinal),
        ];
    }

    /// <summary>LightGBM's names of the metrics to watch, the first deciding where the primary metric is none of them.</summary>
    private (string Theirs, string Ours)[] Metrics() =>
        model.Task == TaskKind.Regress
            ? parameters.Text("objective") is "l1"
                ? [("l1", MetricName.Mae), ("rmse", MetricName.Rmse)]
                : [("rmse", MetricName.Rmse), ("l1", MetricName.Mae)]
            : ClassCount == 2
                ? [("binary_logloss", MetricName.LogLoss), ("auc", MetricName.Auc)]
                : [("multi_logloss", MetricName.LogLoss)];

    private string Options((string Theirs, string Ours)[] metrics)
    {
        var text = new StringBuilder();
        Add("objective", Objective());
        if (ClassCount > 2)
        {
            Add("num_class", ClassCount.ToString(CultureInfo.InvariantCulture));
        }
        Add("metric", string.Join(',', metrics.Select(m => m.Theirs)));
        Add("deterministic", "true");
        Add("force_row_wise", "true");
        Add("verbosity", "-1");
        Add("seed", model.Seed.ToString(CultureInfo.InvariantCulture));
        Add("num_threads", Threads().ToString(CultureInfo.InvariantCulture));
        if (plan.Categorical.Count > 0)
        {
            Add("categorical_feature", string.Join(',', plan.Categorical));
        }
        foreach (var (name, value) in parameters.All.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            if (
                name
                is not (
                    "objective"
                    or "validation"
                    or "early_stopping_rounds"
                    or "refit"
                    or "num_iterations"
                    or "num_threads"
                )
            )
            {
                Add(name, value);
            }
        }
        return text.ToString();

        void Add(string name, string value) => text.Append(name).Append('=').Append(value).Append(' ');
    }

    private long Threads() =>
        parameters.Whole("num_threads") is > 0 and var asked
            ? asked
            : Math.Clamp((long)rows.TrainRows * plan.Features.Count / CellsPerThread, 1, Environment.ProcessorCount);

    private string Objective() =>
        model.Task == TaskKind.Regress
            ? parameters.Text("objective") is "l1"
                ? "regression_l1"
                : "regression"
            : ClassCount == 2
                ? "binary"
                : "multiclass";

    /// <summary>The parameters are kept for who looks into the file, but for the number of threads, which changes nothing else.</summary>
    private static string Canonical(string text) =>
        string.Join('\n', text.Split('\n').Where(line => !line.StartsWith("[num_threads:", StringComparison.Ordinal)));
}
