using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Data.Versions;
using Millrace.Engine.Declarations;
using Millrace.Engine.Ingest;
using Millrace.Jobs;
using Millrace.Storage;

namespace Millrace.Data.Ingest;

/// <summary>
/// Puts an ingestion in line. One at a time for a dataset: the next version appends to the one before, or, where the contract is
/// another, holds all rows checked again by it. The same order again while it is at work, as after a kill, is answered with the
/// job that does it.
/// </summary>
internal sealed class IngestDataset(
    MillraceDb db,
    MillraceFolder folders,
    ReadVersion versions,
    CommitVersion commit,
    StartJob jobs,
    ShowJobs showJobs,
    JobQueue queue,
    TimeProvider time
)
{
    public const string Kind = "ingest";

    /// <param name="order">What to ingest.</param>
    /// <param name="keepContract">True: the contract of the newest version goes on, and the order's own is not looked at.</param>
    /// <param name="ct">Stops before the job is in line, not the job.</param>
    public async Task<JobView> RunAsync(IngestOrder order, bool keepContract, CancellationToken ct)
    {
        var files = ExpandFiles.Run(order.Files.Select(f => Resolve(folders, f)), folders.Root);
        await commit.RecordMissingAsync(order.Dataset, ct);
        var id = JobId.New(time);
        var asked = JsonSerializer.Serialize(new { order, keepContract }, Json.Options);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await ReserveAsync(order.Dataset, id, asked, ct) is { } same)
        {
            return same;
        }

        // Only now that nobody else adds to it: a version that came in between would be planned past, and its rows be lost.
        var newest = await versions.TryManifestAsync(order.Dataset, null, ct);
        order = order with { Contract = keepContract ? newest?.Contract ?? Contract.Open : order.Contract };
        var spec = await PlanAsync(id, order, files, newest, ct);
        var job = jobs.Add(id, Kind, order.Dataset.Value, spec, order);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        queue.Wake();
        return showJobs.View(job);
    }

    private async Task<IngestSpec> PlanAsync(
        JobId id,
        IngestOrder order,
        IReadOnlyList<string> files,
        VersionManifest? newest,
        CancellationToken ct
    )
    {
        var spec = new IngestSpec
        {
            Files = files,
            Read = order.Read,
            Contract = order.Contract,
            OutputFolder = folders.JobOutput(id),
        };
        if (newest is null || newest.Contract.IsSameAs(order.Contract))
        {
            return files.Count == 0 ? throw Refusal.Invalid("No files were named: give files, folders or globs.")
                : newest is null ? spec
                : spec with
                {
                    Schema = newest.Schema,
                    Existing = [.. newest.Files.Select(f => Path.Combine(folders.Dataset(order.Dataset), f.Name))],
                    Known = [.. newest.AllSources],
                };
        }

        return spec with
        {
            Again = await versions.IngestionsAsync(newest, ct),
        };
    }

    /// <returns>The job that has the same order in hand already.</returns>
    private async Task<JobView?> ReserveAsync(DatasetName dataset, JobId id, string order, CancellationToken ct)
    {
        var row = await db.Set<DatasetRow>().AsNoTracking().SingleOrDefaultAsync(d => d.Name == dataset, ct);
        if (row is null)
        {
            db.Add(
                new DatasetRow
                {
                    Name = dataset,
                    Ingesting = id,
                    IngestingOrder = order,
                }
            );
            return null;
        }

        if (row.Ingesting is { } other && await showJobs.OneAsync(other, ct) is { IsOver: false } job)
        {
            return string.Equals(row.IngestingOrder, order, StringComparison.Ordinal)
                ? job
                : throw Busy(dataset, other);
        }

        var reserved = await db.Set<DatasetRow>()
            .Where(d => d.Name == dataset && d.Ingesting == row.Ingesting)
            .ExecuteUpdateAsync(
                set => set.SetProperty(d => d.Ingesting, id).SetProperty(d => d.IngestingOrder, order),
                ct
            );
        return reserved > 0 ? null : throw Busy(dataset, row.Ingesting);
    }

    private static RefusalException Busy(DatasetName dataset, JobId? other) =>
        Refusal.Conflict($"Dataset {dataset} is being ingested into (job {other}): wait for it, or cancel it.");

    /// <summary>A path as it is; a name that the upload endpoint gave becomes the path of the file.</summary>
    public static string Resolve(MillraceFolder folders, string file)
    {
        if (Path.IsPathRooted(ExpandFiles.Possible(file)))
        {
            return file;
        }

        var uploaded = Path.GetFullPath(Path.Combine(folders.Uploads, file));
        return
            uploaded.StartsWith(folders.Uploads + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            && File.Exists(uploaded)
            ? uploaded
            : throw Refusal.Invalid($"'{file}' is neither an absolute path nor the name of an upload.");
    }
}
