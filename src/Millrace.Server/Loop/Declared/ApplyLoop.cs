using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Data.Ingest;
using Millrace.Data.Versions;
using Millrace.Engine.Checks;
using Millrace.Engine.Declarations;
using Millrace.Engine.Ingest;
using Millrace.Governance.Access;
using Millrace.Governance.Audit;
using Millrace.Loop.Reconciling;
using Millrace.Loop.Retraining;
using Millrace.Serving.Autoscaling;
using Millrace.Serving.Rollouts;
using Millrace.Serving.Routing;
using Millrace.Storage;

namespace Millrace.Loop.Declared;

/// <summary>
/// Takes a declaration as what is wanted. The same again changes nothing, unless its files changed or the loop's last
/// retraining failed on the way to its gates: then it is tried again, while a version that gates refused would be refused again.
/// What is under way for an earlier declaration is given up.
/// </summary>
internal sealed class ApplyLoop(
    MillraceDb db,
    ReadVersion versions,
    MillraceFolder folder,
    DeclaredEndpoints endpoints,
    BeginRetraining begin,
    EndRetraining end,
    EndRollout rollouts,
    SwitchVersion deployments,
    SetScaling scaling,
    AuditTrail audit,
    Actor actor,
    LoopSignal signal,
    TimeProvider time
)
{
    public async Task<ApplyView> RunAsync(ApplyRequest request, CancellationToken ct)
    {
        if (request.Yaml is null)
        {
            throw Refusal.Invalid("'yaml' is missing: the text of the loop's file.");
        }

        var declaration = LoopReader.Read(request.Yaml);
        LoopChecks.BeforeData(declaration);
        var files = request.Files is { } given
            ? ExpandFiles.Run(given.Select(f => IngestDataset.Resolve(folder, f)), folder.Root)
            : ExpandFiles.Run(declaration.Data.Source.Files, Folder(request));
        if (files.Count > 0)
        {
            var data = declaration.Data;
            var columns = PeekColumns.Run(files[0], data.Source.Read, data.Contract, folder.Spill, ct);
            LoopChecks.WithLikelyColumns(declaration, await AsHeldAsync(data.Dataset, columns, ct));
        }

        await CheckEndpointAsync(declaration, ct);
        if (declaration.Deploy is { Replicas: var replicas })
        {
            scaling.Check(new(replicas.Min, replicas.Max, replicas.TargetConcurrency));
        }

        var fingerprint = Fingerprint(declaration, files);
        await GiveUpRolloutAsync(declaration.Loop, fingerprint, ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var row = await db.Set<LoopRow>().SingleOrDefaultAsync(l => l.Name == declaration.Loop, ct);
        var newest = await begin.NewestAsync(declaration.Loop, ct);
        if (
            row is not null
            && newest is not { State: RetrainingState.Failed, FailedAt: not Stage.Gates }
            && string.Equals(row.Fingerprint, fingerprint, StringComparison.Ordinal)
        )
        {
            // The same in other words: a comment, an order of lines.
            row.Yaml = request.Yaml;
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            return new(row.Name, row.Generation, Changed: false);
        }

        if (newest is { State: RetrainingState.Running })
        {
            await end.RunAsync(newest, RetrainingState.Kept, "The loop was declared anew.", null, ct);
        }

        var left = await LeftAsync(row, declaration, ct);
        row = Declare(row, declaration.Loop, request, fingerprint);
        audit.Add(
            "applied",
            AuditKinds.Loop,
            row.Name.Value,
            declaration.Description,
            ("generation", row.Generation.ToString(CultureInfo.InvariantCulture)),
            ("files", string.Join(", ", files.Select(Path.GetFileName)))
        );
        await begin.AddAsync(
            row.Name,
            TriggerKind.Applied,
            row.Generation == 1 ? "The loop was declared." : "The loop was declared anew.",
            ct
        );
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        signal.Raise();
        return new(row.Name, row.Generation, Changed: true, left);
    }

    /// <summary>A word among the numbers of a column makes it text only where the dataset does not hold it as numbers already.</summary>
    private async Task<IReadOnlyList<LikelyColumn>> AsHeldAsync(
        DatasetName dataset,
        IReadOnlyList<LikelyColumn> columns,
        CancellationToken ct
    )
    {
        if (!await db.Set<VersionRow>().AnyAsync(v => v.Dataset == dataset, ct))
        {
            return columns;
        }

        var held = (await versions.RunAsync(dataset, null, ct)).Schema.ToDictionary(
            c => c.Name,
            c => c.Type,
            StringComparer.Ordinal
        );
        return
        [
            .. columns.Select(c =>
                held.TryGetValue(c.Name, out var type) && type != c.Type ? c with { Type = null } : c
            ),
        ];
    }

    /// <summary>A version of the earlier declaration that is on trial: nobody would judge it, or it would be promoted over the new one.</summary>
    private async Task GiveUpRolloutAsync(LoopName loop, string fingerprint, CancellationToken ct)
    {
        var row = await db.Set<LoopRow>().AsNoTracking().SingleOrDefaultAsync(l => l.Name == loop, ct);
        if (
            row is null
            || string.Equals(row.Fingerprint, fingerprint, StringComparison.Ordinal)
            || await begin.NewestAsync(loop, ct) is not { State: RetrainingState.Running, Rollout: { } number }
            || LoopReader.Read(row.Yaml).Deploy is not { } deploy
        )
        {
            return;
        }

        try
        {
            await rollouts.AbortAsync(deploy.Endpoint, number, "The loop was declared anew.", ct);
        }
        catch (RefusalException)
        {
            // It came to its end just now.
        }
    }

    /// <summary>What served for the earlier declaration goes on, for somebody may rely on it; whoever applies is told.</summary>
    private async Task<EndpointName?> LeftAsync(LoopRow? row, LoopDeclaration declaration, CancellationToken ct) =>
        row is not null
        && LoopReader.Read(row.Yaml).Deploy is { Endpoint: var before }
        && before != declaration.Deploy?.Endpoint
        && await deployments.CurrentAsync(before, ct) is not null
            ? before
            : null;

    private LoopRow Declare(LoopRow? row, LoopName name, ApplyRequest request, string fingerprint)
    {
        if (row is null)
        {
            row = new LoopRow
            {
                Name = name,
                Yaml = request.Yaml,
                Folder = request.Folder,
                Given = request.Files,
                Fingerprint = fingerprint,
                Generation = 1,
                AppliedAt = time.GetUtcNow(),
                AppliedBy = actor.Name,
            };
            db.Add(row);
            return row;
        }

        row.Yaml = request.Yaml;
        row.Folder = request.Folder;
        row.Given = request.Files;
        row.Fingerprint = fingerprint;
        row.Generation++;
        row.AppliedAt = time.GetUtcNow();
        row.AppliedBy = actor.Name;
        return row;
    }

    private static string Folder(ApplyRequest request) =>
        Path.IsPathFullyQualified(request.Folder)
            ? request.Folder
            : throw Refusal.Invalid(
                $"'{request.Folder}' is not an absolute folder: relative files are looked for in it."
            );

    /// <summary>Two loops at one endpoint would each replace what the other has deployed.</summary>
    private async Task CheckEndpointAsync(LoopDeclaration declaration, CancellationToken ct)
    {
        if (
            declaration.Deploy is { } deploy
            && await endpoints.FindAsync(deploy.Endpoint, ct) is { } other
            && other.Loop != declaration.Loop
        )
        {
            throw Refusal.Conflict(
                $"Loop {other.Loop} serves at the endpoint {deploy.Endpoint}: give this loop another (deploy.endpoint)."
            );
        }
    }

    private static string Fingerprint(LoopDeclaration declaration, IReadOnlyList<string> files)
    {
        var text = new StringBuilder(DeclarationHash.Of(declaration));
        foreach (var file in files.Select(f => new FileInfo(f)))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
