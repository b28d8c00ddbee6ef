using System.Text.Json;
using Millrace.Core;
using Millrace.Engine.Ingest;
using Millrace.Engine.Predictions;
using Millrace.Engine.Training;
using Millrace.Engine.Work;
using Millrace.Jobs;
using Millrace.Loop.Backtest;

namespace Millrace.Cli;

/// <summary>Which part of the engine does which kind of job.</summary>
internal static class WorkKinds
{
    public static async Task<object> RunAsync(WorkOrder order, IWorkSink sink, CancellationToken ct) =>
        order.Kind switch
        {
            "ingest" => await IngestFiles.RunAsync(Spec<IngestSpec>(order), sink, ct),
            CompactSegments.Kind => await CompactSegments.RunAsync(Spec<CompactionSpec>(order), sink, ct),
            "train" => await TrainModel.RunAsync(Spec<TrainingSpec>(order), sink, ct),
            "evaluate" => await EvaluateModels.RunAsync(Spec<EvaluationSpec>(order), sink, ct),
            BacktestSpec.Kind => await RunBacktest.RunAsync(Spec<BacktestSpec>(order), sink, ct),
            _ => throw Refusal.Invalid($"This binary knows no work of the kind '{order.Kind}'."),
        };

    private static T Spec<T>(WorkOrder order) =>
        order.Spec.Deserialize<T>(Json.Options)
        ?? throw new InvalidOperationException($"The order to {order.Kind} is empty.");
}
