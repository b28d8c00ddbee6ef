using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Jobs;

/// <summary>Jobs as people and clients see them: the record, with how far a running one is.</summary>
internal sealed class ShowJobs(MillraceDb db, JobQueue queue, MillraceFolder folder)
{
    /// <summary>More of a log than this is cut at its beginning: the end says what happened.</summary>
    private const int MaxLogBytes = 1 << 20;

    public async Task<IReadOnlyList<JobView>> ListAsync(int limit, CancellationToken ct) =>
        [
            .. (
                await db.Set<JobRow>()
                    .AsNoTracking()
                    .OrderByDescending(j => j.CreatedAt)
                    .Take(Limits.PageSize(limit))
                    .ToListAsync(ct)
            ).Select(View),
        ];

    public async Task<JobView> OneAsync(JobId id, CancellationToken ct) => View(await FindAsync(id, ct));

    public async Task<string> LogAsync(JobId id, CancellationToken ct)
    {
        await FindAsync(id, ct);
        return await TailAsync(Path.Combine(folder.Job(id), WorkFiles.Log), ct);
    }

    public JobView View(JobRow job)
    {
        var standing = queue.Running.GetValueOrDefault(job.Id);
        return new(
            job.Id,
            job.Kind,
            job.Subject,
            job.State,
            job.State == JobState.Succeeded ? 1 : standing?.Done,
            standing?.Doing ?? (job.State == JobState.Queued ? "Waiting in line" : ""),
            job.Error,
            job.Result is null ? null : JsonSerializer.Deserialize<JsonElement>(job.Result),
            job.CreatedAt,
            job.StartedAt,
            job.EndedAt
        );
    }

    private async Task<JobRow> FindAsync(JobId id, CancellationToken ct) =>
        await db.Set<JobRow>().AsNoTracking().SingleOrDefaultAsync(j => j.Id == id, ct)
        ?? throw Refusal.NotFound($"There is no job {id}.");

    private static async Task<string> TailAsync(string path, CancellationToken ct)
    {
        if (!File.Exists(path))
        {
            return "";
        }

        await using var file = new FileStream(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete
        );
        file.Position = Math.Max(0, file.Length - MaxLogBytes);
        using var reader = new StreamReader(file);
        return await reader.ReadToEndAsync(ct);
    }
}
