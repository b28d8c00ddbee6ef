using System.Globalization;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Checks;
using Millrace.Engine.Declarations;
using Millrace.Engine.History;
using Millrace.Engine.Ingest;
using Millrace.Engine.Work;

namespace Millrace.Loop.Backtest;

/// <summary>
/// Lives a recorded history through again, in virtual time, under several policies side by side. At each step every policy is asked
/// whether it retrains; then the step's rows are predicted by what serves, and their outcomes are learned once they are as old as the
/// loop says. Training sees only rows whose outcome is known by then.
/// </summary>
public static class RunBacktest
{
    /// <exception cref="RefusalException">The loop, its data or the policies do not allow it; the message says why.</exception>
    public static async Task<BacktestResult> RunAsync(BacktestSpec spec, IWorkSink sink, CancellationToken ct)
    {
        var loop = LoopReader.Read(spec.Yaml);
        LoopChecks.BeforeData(loop);
        var policies = spec.Policies.Select(p => RetrainingPolicy.Parse(p, loop.Retrain)).ToList();
        var spill = Path.Combine(spec.OutputFolder, ".spill");
        var (history, notices) = await TakeInAsync(loop, spec, spill, sink, ct);
        var time = VirtualTime.Plan(history, spec.From, spill, ct);
        var judge = new Judge(loop.Model.Task, loop.Monitor?.Watch ?? loop.Model.Metric);
        using var rows = ReadHistory.Open(history, loop.Data.Recipe, loop.Model, time.First, spill, ct);
        using var trainings = new Trainings(
            loop,
            history,
            judge,
            Path.Combine(spec.OutputFolder, "models"),
            new Quiet()
        );
        var harm = spec.Harm with
        {
            Tolerance = loop.Retrain?.Tolerance ?? spec.Harm.Tolerance,
            RunLength = loop.Retrain?.RunLength ?? spec.Harm.RunLength,
        };
        var life = new LiveThrough(
            loop,
            time,
            judge,
            trainings,
            [.. policies.Select(p => new PolicyRun(p, judge, harm))],
            sink
        );
        return await life.RunAsync(rows.Read(ct), notices, ct);
    }

    /// <summary>Through the loop's own ingestion, so that its contract holds; nothing of it becomes a dataset.</summary>
    private static async Task<(HistoryFile History, List<string> Notices)> TakeInAsync(
        LoopDeclaration loop,
        BacktestSpec spec,
        string spill,
        IWorkSink sink,
        CancellationToken ct
    )
    {
        var folder = Path.Combine(spec.OutputFolder, "ingest");
        var report = await IngestFiles.RunAsync(
            new()
            {
                Files = spec.Files,
                Read = loop.Data.Source.Read,
                Contract = loop.Data.Contract,
                OutputFolder = folder,
            },
            new Part(sink, 0.05),
            ct
        );
        LoopChecks.WithColumns(loop, report.Schema);
        var notices = new List<string>();
        if (report.RowsQuarantined > 0)
        {
            notices.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{report.RowsQuarantined:N0} of {report.RowsIn:N0} rows break the contract and were left out."
                )
            );
        }

        sink.Progress(0.05, "Sorting the history");
        var history = HistoryFile.Write(
            [.. report.Data.Select(d => Path.Combine(folder, d.Name))],
            report.Schema,
            loop.Data.EventTime,
            Path.Combine(spec.OutputFolder, "history.parquet"),
            spill,
            ct
        );
        if (report.RowsAccepted - history.Rows is var timeless and > 0)
        {
            notices.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{timeless:N0} rows have no '{loop.Data.EventTime}' and were left out."
                )
            );
        }

        return (history, notices);
    }

    /// <summary>Trainings are many: what each says is of no interest.</summary>
    private sealed class Quiet : IWorkSink
    {
        public void Progress(double? done, string doing) { }

        public void Metric(string key, double value, long step) { }

        public void Log(string line) { }
    }

    private sealed class Part(IWorkSink sink, double share) : IWorkSink
    {
        public void Progress(double? done, string doing) => sink.Progress(done * share, doing);

        public void Metric(string key, double value, long step) { }

        public void Log(string line) => sink.Log(line);
    }
}
