using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Data.Ingest;
using Millrace.Engine.Ingest;
using Millrace.Engine.Tables;
using Millrace.Governance.Access;
using Millrace.Governance.Audit;
using Millrace.Jobs;
using Millrace.Storage;

namespace Millrace.Data.Versions;

/// <summary>
/// Makes an ingestion's output the next version: files into place, manifest, Delta log, and last the database's row with its
/// audit entry. Only the log decides whether the version exists. May be killed anywhere and called again: the manifest of
/// the newest version says whether this job made it. See docs/decisions for the order and its price.
/// </summary>
internal sealed partial class CommitVersion(
    MillraceDb db,
    MillraceFolder folders,
    AuditTrail audit,
    Actor actor,
    TimeProvider time,
    ILogger<CommitVersion> logger
)
{
    public async Task<(VersionManifest Manifest, bool Added)> RunAsync(
        JobRow job,
        IngestOrder order,
        IngestReport report,
        string output,
        CancellationToken ct
    )
    {
        var folder = folders.Dataset(order.Dataset);
        var log = new DeltaLog(folder);
        var newest = log.Newest() is { } number ? await VersionManifest.ReadAsync(folder, number, ct) : null;
        var isNew = newest?.Job != job.Id && report.Data.Count > 0;
        var manifest = isNew
            ? await WriteAsync(job, order, report, output, newest, ct)
            : newest
                ?? throw new InvalidOperationException($"{order.Dataset} has no version, and nothing was ingested.");
        await RecordAsync(manifest, ct);
        if (isNew)
        {
            LogCommitted(manifest.Dataset, manifest.Number, manifest.RowsAdded, manifest.Quarantined);
        }

        return (manifest, manifest.Job == job.Id);
    }

    /// <summary>Records what the log has and the database has not, since a server was killed, or its database away, between the two.</summary>
    public async Task RecordMissingAsync(DatasetName dataset, CancellationToken ct)
    {
        var folder = folders.Dataset(dataset);
        if (!Directory.Exists(folder) || new DeltaLog(folder).Newest() is not { } newest)
        {
            return;
        }

        var known = await db.Set<VersionRow>()
            .Where(v => v.Dataset == dataset)
            .OrderByDescending(v => v.Number)
            .Select(v => v.Number)
            .FirstOrDefaultAsync(ct);
        var asking = actor.Name;
        for (var n = known.Value + 1; n <= newest.Value; n++)
        {
            var manifest = await VersionManifest.ReadAsync(folder, new VersionNumber(n), ct);
            actor.Name = manifest.Actor;
            await RecordAsync(manifest, ct);
            LogRepaired(dataset, manifest.Number);
        }

        actor.Name = asking;
    }

    /// <summary>The database's row and audit entry of a version that the log has, and the way free for the next. Safe to repeat.</summary>
    public async Task RecordAsync(VersionManifest manifest, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await db.Set<DatasetRow>().AnyAsync(d => d.Name == manifest.Dataset, ct))
        {
            db.Add(new DatasetRow { Name = manifest.Dataset });
        }

        if (!await db.Set<VersionRow>().AnyAsync(v => v.Dataset == manifest.Dataset && v.Number == manifest.Number, ct))
        {
            db.Add(VersionRow.Of(manifest));
            audit.Add(
                "ingested",
                AuditKinds.Dataset,
                $"{manifest.Dataset} v{manifest.Number}",
                manifest.Reason,
                ("hash", manifest.Hash),
                ("rows", FormattableString.Invariant($"{manifest.RowsAdded}")),
                ("quarantined", FormattableString.Invariant($"{manifest.Quarantined}")),
                ("sources", string.Join(", ", manifest.Sources.Select(s => s.Name).Take(20)))
            );
        }

        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }

    private async Task<VersionManifest> WriteAsync(
        JobRow job,
        IngestOrder order,
        IngestReport report,
        string output,
        VersionManifest? newest,
        CancellationToken ct
    )
    {
        var folder = folders.Dataset(order.Dataset);
        var number = new VersionNumber((newest?.Number.Value ?? 0) + 1);
        var data = report
            .Data.Select(f => Place(f, output, folder, $"part-{number.Value:D5}-{f.Sha256[..16]}.parquet"))
            .ToList();
        var quarantine = report
            .Quarantine.Select(f =>
                Place(f, output, folder, Path.Combine("_quarantine", $"{number}-{f.Sha256[..16]}.parquet"))
            )
            .ToList();
        IReadOnlyList<DataFile> replaced = report.Replaces ? newest?.Files ?? [] : [];
        IReadOnlyList<DataFile> files = [.. (newest?.Files ?? []).Except(replaced), .. data];
        var now = time.GetUtcNow();
        var manifest = new VersionManifest
        {
            Dataset = order.Dataset,
            Number = number,
            Hash = VersionManifest.HashOf(report.Schema, files),
            CreatedAt = now,
            Job = job.Id,
            Actor = job.Actor,
            Reason = order.Reason,
            Seconds = (now - (job.StartedAt ?? job.CreatedAt)).TotalSeconds,
            Schema = report.Schema,
            Files = files,
            NewFiles = data.Count,
            Replaces = report.Replaces,
            Quarantine = quarantine,
            Broken = report.Broken,
            Sources = report.Sources,
            EarlierSources =
            [
                .. (newest?.AllSources ?? []).ExceptBy(
                    report.Sources.Select(s => s.Sha256),
                    s => s.Sha256,
                    StringComparer.Ordinal
                ),
            ],
            Profile = report.Profile,
            Notices = report.Notices,
            Contract = order.Contract,
        };
        await Durable.WriteJsonAsync(VersionManifest.PathOf(folder, number), manifest, ct);

        using var duck = DuckSession.Open(Path.Combine(output, ".stats"));
        var stats = data.Select(f => DeltaStats.Of(duck, Path.Combine(folder, f.Name), report.Schema, ct)).ToList();
        var first = newest is null ? manifest : await VersionManifest.ReadAsync(folder, new(1), ct);
        return new DeltaLog(folder).TryCommit(manifest, stats, replaced, first)
            ? manifest
            : throw Refusal.Conflict($"{order.Dataset} has a version {number} by someone else: ingest again.");
    }

    /// <summary>Moves a finished file to its name in the dataset; an earlier try may have done so.</summary>
    private static DataFile Place(DataFile file, string output, string folder, string name)
    {
        var from = Path.Combine(output, file.Name);
        var to = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        if (File.Exists(from))
        {
            Durable.PublishFile(from, to);
        }

        return file with
        {
            Name = name,
        };
    }

    [LoggerMessage(LogLevel.Warning, "Dataset {Dataset} had a version {Number} that was not recorded; it is now")]
    private partial void LogRepaired(DatasetName dataset, VersionNumber number);

    [LoggerMessage(
        LogLevel.Information,
        "Dataset {Dataset} has version {Number}: {Rows} rows more, {Quarantined} in quarantine"
    )]
    private partial void LogCommitted(DatasetName dataset, VersionNumber number, long rows, long quarantined);
}
