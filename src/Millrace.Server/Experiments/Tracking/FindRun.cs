using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;
using Millrace.Engine.Training;
using Millrace.Storage;

namespace Millrace.Experiments.Tracking;

/// <summary>A finished run, with all that a model version keeps of it.</summary>
internal sealed record FinishedRun
{
    public required RunId Id { get; init; }

    public required string Name { get; init; }

    public required ExperimentName Experiment { get; init; }

    public LoopName? Loop { get; init; }

    public required DatasetName Dataset { get; init; }

    public required VersionNumber DatasetVersion { get; init; }

    public required string DatasetHash { get; init; }

    public required string RecipeHash { get; init; }

    public required string ModelHash { get; init; }

    public required string CodeVersion { get; init; }

    public required TrainingSpec Spec { get; init; }

    public required IReadOnlyList<GateDeclaration> Gates { get; init; }

    public required string PrimaryMetric { get; init; }

    public required bool HigherIsBetter { get; init; }

    public required double Score { get; init; }

    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    public required IReadOnlyDictionary<string, double> Baseline { get; init; }

    /// <summary>Of each input over the rows that were learned from.</summary>
    public required IReadOnlyList<ColumnProfile> Learned { get; init; }

    /// <summary>The package in <see cref="Folder"/>.</summary>
    public required IReadOnlyList<PackageFile> Files { get; init; }

    public required string Folder { get; init; }
}

/// <summary>Finds a run for those who build on it, and refuses one that did not finish.</summary>
internal sealed class FindRun(MillraceDb db, MillraceFolder folder)
{
    public async Task<FinishedRun> RunAsync(RunId id, CancellationToken ct)
    {
        var run =
            await db.Set<RunRow>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, ct)
            ?? throw Refusal.NotFound($"There is no run {id}.");
        if (run.State != RunState.Finished)
        {
            throw Refusal.Conflict($"Run {run.Name} ({id}) is {run.State.Word()}: only a finished run has a model.");
        }

        var metrics = await db.Set<MetricRow>().AsNoTracking().Where(m => m.Run == id).ToListAsync(ct);
        return new()
        {
            Id = id,
            Name = run.Name,
            Experiment = run.Experiment,
            Loop = run.Loop,
            Dataset = run.Dataset,
            DatasetVersion = run.DatasetVersion,
            DatasetHash = run.DatasetHash,
            RecipeHash = run.RecipeHash!,
            ModelHash = run.ModelHash!,
            CodeVersion = run.CodeVersion,
            Spec = run.Spec,
            Gates = run.Gates,
            PrimaryMetric = run.PrimaryMetric,
            HigherIsBetter = run.HigherIsBetter,
            Score = run.Score ?? double.NaN,
            Metrics = Of(MetricOf.Model),
            Baseline = Of(MetricOf.Baseline),
            Learned = run.Learned,
            Files = run.Files,
            Folder = folder.Run(id),
        };

        Dictionary<string, double> Of(MetricOf of) =>
            metrics.Where(m => m.Of == of).ToDictionary(m => m.Key, m => m.Value ?? double.NaN, StringComparer.Ordinal);
    }
}
