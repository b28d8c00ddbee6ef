using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Training;
using Millrace.Governance.Audit;
using Millrace.Jobs;
using Millrace.Models.Registry;
using Millrace.Storage;

namespace Millrace.Models.Evaluation;

/// <summary>Whose gates a job evaluates, and which champion it was set against.</summary>
internal sealed record EvaluateContext(ModelName Model, VersionNumber Number, VersionNumber? Champion);

/// <summary>What an evaluation's job says.</summary>
internal sealed record EvaluateResult(
    ModelName Model,
    VersionNumber Version,
    Blessing Blessing,
    string Note,
    IReadOnlyList<GateView> Gates,
    VersionNumber? Champion
);

/// <summary>Turns what an evaluation measured into the version's blessing, or the refusal of it.</summary>
internal sealed class EvaluateHandler(MillraceDb db, AuditTrail audit) : IJobHandler
{
    public const string KindOfWork = "evaluate";

    public string Kind => KindOfWork;

    public Task StartedAsync(JobRow job, CancellationToken ct) => Task.CompletedTask;

    public Task MeasuredAsync(JobRow job, IReadOnlyList<WorkMetric> metrics, CancellationToken ct) =>
        Task.CompletedTask;

    public async Task<object> CommitAsync(JobRow job, JsonElement report, string output, CancellationToken ct)
    {
        var of = ContextOf(job);
        var measured = report.Deserialize<EvaluationReport>(Json.Options)!;
        var version = await Asked(of, job).AsNoTracking().Select(v => new { v.Declared }).SingleOrDefaultAsync(ct);
        var champion = of.Champion is { } number ? ChampionMetrics.Of(number, measured) : null;
        var gates = GatePolicy.Decide(
            version?.Declared ?? [],
            measured.Metrics[StartGates.Candidate],
            measured.Metrics[EvaluateModels.BaselineName],
            champion
        );
        var (blessing, note) = GatePolicy.Bless(gates);
        await EndAsync(of, job, blessing, note, gates, ct);
        return new EvaluateResult(of.Model, of.Number, blessing, note, gates, of.Champion);
    }

    public Task EndedWithoutResultAsync(JobRow job, string? error, CancellationToken ct) =>
        EndAsync(
            ContextOf(job),
            job,
            Blessing.Failed,
            error is null
                ? "the evaluation of its gates was cancelled. Evaluate them again with 'millrace models gates'."
                : $"its gates could not be evaluated: {error} Evaluate them again with 'millrace models gates'.",
            null,
            ct
        );

    private static EvaluateContext ContextOf(JobRow job) =>
        JsonSerializer.Deserialize<EvaluateContext>(job.Context, Json.Options)!;

    /// <summary>The version, as long as this job is the one that its gates were asked of last.</summary>
    private IQueryable<VersionRow> Asked(EvaluateContext of, JobRow job) =>
        db.Set<VersionRow>().Where(v => v.Model == of.Model && v.Number == of.Number && v.GatesJob == job.Id);

    private async Task EndAsync(
        EvaluateContext of,
        JobRow job,
        Blessing blessing,
        string note,
        IReadOnlyList<GateView>? gates,
        CancellationToken ct
    )
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var changed = await Asked(of, job)
            .Where(v => v.Blessing == Blessing.Waiting)
            .ExecuteUpdateAsync(set => set.SetProperty(v => v.Blessing, blessing).SetProperty(v => v.Note, note), ct);
        if (changed > 0)
        {
            if (gates is not null)
            {
                await Asked(of, job).ExecuteUpdateAsync(set => set.SetProperty(v => v.Gates, gates), ct);
            }

            audit.Add(
                blessing == Blessing.Passed ? "blessed" : "not blessed",
                AuditKinds.Model,
                $"{of.Model} v{of.Number}",
                note
            );
            await db.SaveChangesAsync(ct);
        }

        await transaction.CommitAsync(ct);
    }
}
