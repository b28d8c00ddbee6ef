using System.Diagnostics;
using System.Globalization;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.History;
using Millrace.Engine.Scoring;
using Millrace.Engine.Training;
using Millrace.Engine.Work;
using Millrace.Models.Evaluation;

namespace Millrace.Loop.Backtest;

/// <summary>What came of training and testing at one moment.</summary>
/// <param name="Package">The best by the loop's metric; null where none could be trained.</param>
/// <param name="Refused">Why it may not serve; null where it may.</param>
/// <param name="Seconds">What it cost.</param>
internal sealed record Trained(ServedPackage? Package, string? Refused, double Seconds);

/// <summary>
/// Trains in virtual time as the loop would: every algorithm of model.try, the best by its metric, its gates by the very policy that
/// decides them live. Policies that train at the same moment share the work; each is charged for it.
/// </summary>
internal sealed class Trainings(LoopDeclaration loop, HistoryFile history, Judge judge, string folder, IWorkSink sink)
    : IDisposable
{
    private readonly List<ServedPackage> packages = [];
    private readonly Dictionary<string, (EvaluationReport Report, double Seconds)> evaluated = new(
        StringComparer.Ordinal
    );

    private (ServedPackage? Best, TrainingSpec? Spec, string? Refused, double Seconds)? current;
    private int made;

    /// <param name="until">Later rows do not exist; null where rows have no time.</param>
    /// <param name="rows">Nor do rows from this number on.</param>
    /// <param name="champion">What serves now; null for the first model.</param>
    /// <param name="ct">Stops it.</param>
    public async Task<Trained> AtAsync(DateTimeOffset? until, long rows, ServedPackage? champion, CancellationToken ct)
    {
        current ??= await TrainAsync(until, rows, ct);
        var (best, spec, refused, seconds) = current.Value;
        if (best is null)
        {
            return new(null, refused, seconds);
        }

        var (gates, more) = await GatesAsync(best, spec!, champion, ct);
        var (blessing, note) = GatePolicy.Bless(gates);
        return new(best, blessing == Blessing.Passed ? null : note, seconds + more);
    }

    /// <summary>Time goes on: what nobody serves is let go.</summary>
    public void Forget(IReadOnlyCollection<ServedPackage> serving)
    {
        current = null;
        evaluated.Clear();
        foreach (var package in packages.Where(p => !serving.Contains(p)).ToList())
        {
            packages.Remove(package);
            package.Dispose();
            Directory.Delete(package.Folder, recursive: true);
        }
    }

    public void Dispose()
    {
        foreach (var package in packages)
        {
            package.Dispose();
        }
    }

    private async Task<(ServedPackage?, TrainingSpec?, string?, double)> TrainAsync(
        DateTimeOffset? until,
        long rows,
        CancellationToken ct
    )
    {
        var clock = Stopwatch.StartNew();
        ServedPackage? best = null;
        TrainingSpec? bestSpec = null;
        var refusals = new List<string>();
        foreach (var algorithm in loop.Model.Try)
        {
            var spec = new TrainingSpec
            {
                Files = [history.Path],
                Schema = history.Schema,
                EventTime = history.EventTime,
                Recipe = loop.Data.Recipe,
                Model = loop.Model,
                Algorithm = algorithm,
                Until = until,
                UntilRow = rows,
                Metrics = [.. loop.Gates.Select(g => g.Metric)],
                OutputFolder = Path.Combine(folder, (++made).ToString(CultureInfo.InvariantCulture)),
            };
            try
            {
                var report = await TrainModel.RunAsync(spec, sink, ct);
                var package = new ServedPackage(spec.OutputFolder, report, history.Schema, judge);
                packages.Add(package);
                if (best is null || IsBetter(report, best.Report))
                {
                    (best, bestSpec) = (package, spec);
                }
            }
            catch (RefusalException refusal)
            {
                refusals.Add($"{algorithm.Name}: {refusal.Message}");
            }
        }

        return (best, bestSpec, best is null ? string.Join(" ", refusals) : null, clock.Elapsed.TotalSeconds);
    }

    /// <summary>As the loop chooses among its runs: the first of equals, and a number before none.</summary>
    private static bool IsBetter(TrainingReport report, TrainingReport than)
    {
        var (ours, theirs) = (Score(report), Score(than));
        return !double.IsNaN(ours) && (double.IsNaN(theirs) || (report.HigherIsBetter ? ours > theirs : ours < theirs));

        static double Score(TrainingReport r) => r.Metrics.GetValueOrDefault(r.PrimaryMetric, double.NaN);
    }

    private async Task<(IReadOnlyList<GateView> Gates, double Seconds)> GatesAsync(
        ServedPackage best,
        TrainingSpec spec,
        ServedPackage? champion,
        CancellationToken ct
    )
    {
        if (champion is null || !loop.Gates.Any(g => g.Against == GateReference.Champion))
        {
            return (GatePolicy.Decide(loop.Gates, best.Report.Metrics, best.Report.Baseline, null), 0);
        }

        if (!evaluated.TryGetValue(champion.Folder, out var known))
        {
            known = await EvaluateAsync(best, spec, champion, ct);
            evaluated.Add(champion.Folder, known);
        }

        var (report, seconds) = known;
        return (
            GatePolicy.Decide(
                loop.Gates,
                report.Metrics[StartGates.Candidate],
                report.Metrics[EvaluateModels.BaselineName],
                ChampionMetrics.Of(new(1), report)
            ),
            seconds
        );
    }

    private async Task<(EvaluationReport, double)> EvaluateAsync(
        ServedPackage best,
        TrainingSpec spec,
        ServedPackage champion,
        CancellationToken ct
    )
    {
        var clock = Stopwatch.StartNew();
        var work = Path.Combine(folder, "gates");
        var compared = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [StartGates.Candidate] = ModelFolder.FindTested(best.Folder) ?? best.Folder,
            [StartGates.Champion] = champion.Folder,
        };
        if (ModelFolder.FindTested(champion.Folder) is { } tested)
        {
            compared[StartGates.ChampionAsTested] = tested;
        }

        var report = await EvaluateModels.RunAsync(
            new() { Training = spec with { OutputFolder = work }, Packages = compared },
            sink,
            ct
        );
        return (report, clock.Elapsed.TotalSeconds);
    }
}
