using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Data.Versions;
using Millrace.Engine.Ingest;
using Millrace.Governance.Audit;
using Millrace.Jobs;
using Millrace.Storage;

namespace Millrace.Data.Ingest;

/// <summary>What becomes of an ingestion's job: a version, or the way free for the next try.</summary>
internal sealed class IngestHandler(
    MillraceDb db,
    MillraceFolder folders,
    CommitVersion commit,
    AuditTrail audit,
    TimeProvider time
) : IJobHandler
{
    public string Kind => IngestDataset.Kind;

    public Task StartedAsync(JobRow job, CancellationToken ct) => Task.CompletedTask;

    public Task MeasuredAsync(JobRow job, IReadOnlyList<WorkMetric> metrics, CancellationToken ct) =>
        Task.CompletedTask;

    public async Task<object> CommitAsync(JobRow job, JsonElement report, string output, CancellationToken ct)
    {
        var order = OrderOf(job);
        var (manifest, added) = await commit.RunAsync(
            job,
            order,
            report.Deserialize<IngestReport>(Json.Options)!,
            output,
            ct
        );
        await FreeAsync(job, order.Dataset, ct);
        RemoveUploads(order);
        return new IngestView(
            manifest.Dataset,
            manifest.Number,
            manifest.Hash,
            manifest.Rows,
            added ? manifest.Quarantined : 0,
            added,
            Math.Round((time.GetUtcNow() - (job.StartedAt ?? job.CreatedAt)).TotalSeconds, 3),
            added ? manifest.Notices : report.Deserialize<IngestReport>(Json.Options)!.Notices,
            added ? manifest.RowsAdded : 0
        );
    }

    public async Task EndedWithoutResultAsync(JobRow job, string? error, CancellationToken ct)
    {
        var order = OrderOf(job);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await FreeAsync(job, order.Dataset, ct))
        {
            await db.Set<DatasetRow>()
                .Where(d => d.Name == order.Dataset && !db.Set<VersionRow>().Any(v => v.Dataset == order.Dataset))
                .ExecuteDeleteAsync(ct);
            audit.Add(
                error is null ? "cancelled ingest" : "failed to ingest",
                AuditKinds.Dataset,
                order.Dataset.Value,
                error ?? order.Reason,
                ("job", job.Id.Value)
            );
            await db.SaveChangesAsync(ct);
        }

        await transaction.CommitAsync(ct);
    }

    private static IngestOrder OrderOf(JobRow job) =>
        JsonSerializer.Deserialize<IngestOrder>(job.Context, Json.Options)!;

    /// <returns>False where it was done before.</returns>
    private async Task<bool> FreeAsync(JobRow job, DatasetName dataset, CancellationToken ct) =>
        await db.Set<DatasetRow>()
            .Where(d => d.Name == dataset && d.Ingesting == job.Id)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(d => d.Ingesting, (JobId?)null).SetProperty(d => d.IngestingOrder, (string?)null),
                ct
            ) > 0;

    private void RemoveUploads(IngestOrder order)
    {
        foreach (var name in order.Files.Where(f => !Path.IsPathRooted(f)))
        {
            var path = Path.Combine(folders.Uploads, name);
            if (File.Exists(path))
            {
                Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
            }
        }
    }
}
