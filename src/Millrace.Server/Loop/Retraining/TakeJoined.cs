using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Data.Versions;
using Millrace.Engine.Declarations;
using Millrace.Jobs;
using Millrace.Monitoring.Feedback;
using Millrace.Storage;

namespace Millrace.Loop.Retraining;

/// <summary>
/// Writes the outcomes joined since the last retraining to a file, so that they enter the dataset as any file does. Each
/// enters once: an earlier retraining's file counts as taken in when its ingestion came to an end.
/// </summary>
internal sealed class TakeJoined(
    MillraceDb db,
    ExportJoined export,
    ReadVersion versions,
    ShowJobs jobs,
    MillraceFolder folder
)
{
    /// <exception cref="RefusalException">An earlier retraining's ingestion is still at work: Conflict, and try again.</exception>
    public async Task RunAsync(RetrainingRow row, LoopDeclaration wanted, CancellationToken ct)
    {
        var path = Path.Combine(
            folder.LoopFiles(row.Loop),
            $"joined-{row.Number.ToString(CultureInfo.InvariantCulture)}.jsonl"
        );
        var dataset = await versions.TryManifestAsync(wanted.Data.Dataset, null, ct);
        var written = await export.RunAsync(
            wanted.Deploy!.Endpoint,
            await LastTakenAsync(row, ct),
            path,
            dataset?.Schema.Select(c => c.Name).ToList(),
            ct
        );
        row.JoinedThrough = written.Last;
        row.JoinedFile = written.Rows > 0 ? path : null;
    }

    private async Task<long> LastTakenAsync(RetrainingRow row, CancellationToken ct)
    {
        var earlier = await db.Set<RetrainingRow>()
            .AsNoTracking()
            .Where(r => r.Loop == row.Loop && r.Number < row.Number && r.JoinedFile != null && r.IngestJob != null)
            .OrderByDescending(r => r.Number)
            .Select(r => new { r.JoinedThrough, r.IngestJob })
            .ToListAsync(ct);
        foreach (var one in earlier)
        {
            switch ((await jobs.OneAsync(one.IngestJob!.Value, ct)).State)
            {
                case JobState.Succeeded:
                    return one.JoinedThrough!.Value;
                case JobState.Queued or JobState.Running:
                    throw Refusal.Conflict($"An earlier retraining of {row.Loop} is still taking its data in.");
                default:
                    break;
            }
        }

        return 0;
    }
}
