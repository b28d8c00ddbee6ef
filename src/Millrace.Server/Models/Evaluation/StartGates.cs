using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Scoring;
using Millrace.Engine.Training;
using Millrace.Experiments.Tracking;
using Millrace.Governance.Audit;
using Millrace.Jobs;
using Millrace.Models.Registry;
using Millrace.Storage;

namespace Millrace.Models.Evaluation;

/// <summary>
/// Has a version's gates evaluated: candidate, champion and trivial model on the very same test rows, in a child process.
/// Asked again for the same gates, it does nothing; for other gates, they are evaluated anew. A version without gates is
/// blessed at once.
/// </summary>
internal sealed class StartGates(
    MillraceDb db,
    FindRun runs,
    FindVersion versions,
    StartJob jobs,
    ShowJobs showJobs,
    JobQueue queue,
    MillraceFolder folder,
    AuditTrail audit,
    TimeProvider time
)
{
    public const string Candidate = "candidate";
    public const string Champion = "champion";

    /// <summary>The champion as it was before it learned from its own test rows.</summary>
    public const string ChampionAsTested = "champion_as_tested";

    public async Task RunAsync(
        ModelName model,
        VersionNumber number,
        IReadOnlyList<GateDeclaration> gates,
        CancellationToken ct
    )
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var version = await FindAsync(model, number, ct);
        if (!IsAsked(version) || !version.Declared.SequenceEqual(gates))
        {
            await StartAsync(version, gates, ct);
            await transaction.CommitAsync(ct);
            queue.Wake();
        }
    }

    /// <summary>Evaluates the gates that were declared for the version's run, unless any were asked for before.</summary>
    public async Task OfRunAsync(ModelName model, VersionNumber number, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var version = await FindAsync(model, number, ct);
        if (!IsAsked(version))
        {
            await StartAsync(version, (await runs.RunAsync(version.Run, ct)).Gates, ct);
            await transaction.CommitAsync(ct);
            queue.Wake();
        }
    }

    /// <summary>
    /// Evaluates the version's gates once more: against a champion of today, or after a crash. With the champion that they
    /// were evaluated against they would come to the same: then it does nothing.
    /// </summary>
    public async Task AgainAsync(ModelName model, VersionNumber number, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var version = await FindAsync(model, number, ct);
        if (IsAsked(version) && (version.Blessing == Blessing.Waiting || await IsSettledAsync(version, ct)))
        {
            return;
        }

        var gates = IsAsked(version) ? version.Declared : (await runs.RunAsync(version.Run, ct)).Gates;
        await StartAsync(version, gates, ct);
        await transaction.CommitAsync(ct);
        queue.Wake();
    }

    private static bool IsAsked(VersionRow version) =>
        version.GatesJob is not null || version.Blessing != Blessing.Waiting;

    private async Task<bool> IsSettledAsync(VersionRow version, CancellationToken ct)
    {
        var isDecided = version.Gates.All(g => g.Passed is not null);
        if (!isDecided || version.GatesJob is not { } number)
        {
            return isDecided;
        }

        // The verdict is there a moment before its job is over.
        var job = await showJobs.OneAsync(number, ct);
        return !job.IsOver
            || job.Result?.Deserialize<EvaluateResult>(Json.Options) is { } evaluated
                && evaluated.Champion == (await ChampionAsync(version, ct))?.Number;
    }

    /// <summary>The champion that the version is measured against, which is never itself.</summary>
    private async Task<PackagedVersion?> ChampionAsync(VersionRow version, CancellationToken ct) =>
        await versions.FindAsync(version.Model, AliasName.Champion, ct) is { } champion
        && champion.Number != version.Number
            ? champion
            : null;

    private async Task<VersionRow> FindAsync(ModelName model, VersionNumber number, CancellationToken ct) =>
        await db.Set<VersionRow>().SingleOrDefaultAsync(v => v.Model == model && v.Number == number, ct)
        ?? throw Refusal.NotFound($"Model {model} has no version {number}.");

    private async Task StartAsync(VersionRow version, IReadOnlyList<GateDeclaration> gates, CancellationToken ct)
    {
        version.Declared = gates;
        version.Gates = [.. gates.Select(g => new GateView(g.Text, null, null, null, "not evaluated yet"))];
        if (gates.Count == 0)
        {
            (version.Blessing, version.Note) = GatePolicy.Bless([]);
            version.GatesJob = null;
            audit.Add("blessed", AuditKinds.Model, Subject(version), version.Note);
        }
        else
        {
            version.Blessing = Blessing.Waiting;
            version.Note = "its gates are not evaluated yet.";
            version.GatesJob = await AddJobAsync(version, ct);
        }

        await db.SaveChangesAsync(ct);
    }

    private async Task<JobId> AddJobAsync(VersionRow version, CancellationToken ct)
    {
        var run = await runs.RunAsync(version.Run, ct);
        var champion = await ChampionAsync(version, ct);
        var served = folder.ModelVersion(version.Model, version.Number);
        var packages = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            // What serves may have learned from the test rows too; then its run has kept what can be tested on them.
            [Candidate] = ModelFolder.FindTested(run.Folder) ?? served,
        };
        if (champion is not null)
        {
            packages[Champion] = champion.Folder;
            if (ModelFolder.FindTested((await runs.RunAsync(champion.Run, ct)).Folder) is { } tested)
            {
                packages[ChampionAsTested] = tested;
            }
        }

        var id = JobId.New(time);
        jobs.Add(
            id,
            EvaluateHandler.KindOfWork,
            Subject(version),
            new EvaluationSpec
            {
                Training = run.Spec with
                {
                    Metrics = [.. version.Declared.Select(g => g.Metric)],
                    OutputFolder = folder.JobOutput(id),
                },
                Packages = packages,
                MustOpen = [served],
            },
            new EvaluateContext(version.Model, version.Number, champion?.Number)
        );
        return id;
    }

    private static string Subject(VersionRow version) => $"{version.Model} v{version.Number}";
}
