using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Scoring;
using Millrace.Experiments.Tracking;
using Millrace.Governance.Audit;
using Millrace.Models.Packaging;
using Millrace.Storage;

namespace Millrace.Models.Registry;

/// <summary>
/// Makes a finished run the next version of a model, which is created where it does not exist. The same run again gives
/// the same version. The version cannot serve until its gates are evaluated.
/// </summary>
internal sealed class RegisterRun(
    MillraceDb db,
    FindRun runs,
    PackageStore packages,
    AuditTrail audit,
    TimeProvider time
)
{
    public async Task<VersionNumber> RunAsync(ModelName model, RunId id, string description, CancellationToken ct)
    {
        using var turn = await packages.TakeTurnAsync(ct);
        var earlier = await db.Set<VersionRow>()
            .Where(v => v.Model == model && v.Run == id)
            .Select(v => v.Number)
            .ToListAsync(ct);
        if (earlier is [var known])
        {
            return known;
        }

        var run = await runs.RunAsync(id, ct);
        var staged = await packages.StageAsync(run, ct);
        var card = PackageReader.ReadCard(staged);

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var number = await NextNumberAsync(model, ct);
        packages.Place(staged, model, number);
        db.Add(Row(model, number, run, card, description));
        audit.Add(
            "registered",
            AuditKinds.Model,
            $"{model} v{number}",
            description,
            ("run", id.Value),
            ("model_hash", run.ModelHash),
            ("dataset", $"{run.Dataset} v{run.DatasetVersion}")
        );
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return number;
    }

    private async Task<VersionNumber> NextNumberAsync(ModelName model, CancellationToken ct)
    {
        if (!await db.Set<ModelRow>().AnyAsync(m => m.Name == model, ct))
        {
            db.Add(
                new ModelRow
                {
                    Name = model,
                    Description = "",
                    CreatedAt = time.GetUtcNow(),
                }
            );
        }

        var newest = await db.Set<VersionRow>()
            .Where(v => v.Model == model)
            .OrderByDescending(v => v.Number)
            .Select(v => v.Number)
            .Take(1)
            .ToListAsync(ct);
        return new(newest is [var last] ? last.Value + 1 : 1);
    }

    private VersionRow Row(
        ModelName model,
        VersionNumber number,
        FinishedRun run,
        ModelCard card,
        string description
    ) =>
        new()
        {
            Model = model,
            Number = number,
            Run = run.Id,
            Experiment = run.Experiment,
            Loop = run.Loop,
            Dataset = run.Dataset,
            DatasetVersion = run.DatasetVersion,
            DatasetHash = run.DatasetHash,
            RecipeHash = run.RecipeHash,
            CodeVersion = run.CodeVersion,
            Seed = run.Spec.Model.Seed,
            Card = card,
            Learned = run.Learned,
            Hash = run.ModelHash,
            Files = run.Files,
            PrimaryMetric = run.PrimaryMetric,
            Score = double.IsNaN(run.Score) ? null : run.Score,
            Metrics = run.Metrics,
            Baseline = run.Baseline,
            Description = description,
            CreatedAt = time.GetUtcNow(),
            Blessing = Blessing.Waiting,
            Note = "its gates are not evaluated yet.",
        };
}
