using System.Globalization;
using Microsoft.Extensions.Options;
using Millrace.Api;
using Millrace.Core;
using Millrace.Data.Ingest;
using Millrace.Engine.Checks;
using Millrace.Engine.Declarations;
using Millrace.Engine.Ingest;
using Millrace.Governance.Audit;
using Millrace.Jobs;
using Millrace.Monitoring.Feedback;
using Millrace.Storage;

namespace Millrace.Loop.Backtest;

/// <summary>Puts a backtest in line. The loop need not be applied: this is how to find out whether it should be.</summary>
internal sealed class StartBacktest(
    MillraceDb db,
    MillraceFolder folder,
    StartJob jobs,
    ShowJobs showJobs,
    JobQueue queue,
    AuditTrail audit,
    IOptions<FeedbackOptions> feedback,
    TimeProvider time
)
{
    public async Task<BacktestView> RunAsync(BacktestRequest request, CancellationToken ct)
    {
        var loop = LoopReader.Read(request.Yaml);
        LoopChecks.BeforeData(loop);
        if (request.Policies.Count == 0)
        {
            throw Refusal.Invalid("Name a policy at least: never, every:7d or harm.");
        }

        var policies = request.Policies.Select(p => RetrainingPolicy.Parse(p, loop.Retrain).Name).ToList();
        if (policies.Distinct(StringComparer.Ordinal).Count() < policies.Count)
        {
            throw Refusal.Invalid("A policy is named twice.");
        }

        var files = Files(request, loop);
        var columns = PeekColumns.Run(files[0], loop.Data.Source.Read, loop.Data.Contract, folder.Spill, ct);
        LoopChecks.WithLikelyColumns(loop, columns);
        var row = new BacktestRow
        {
            Id = JobId.New(time),
            Loop = loop.Loop,
            Policies = policies,
            CreatedAt = time.GetUtcNow(),
        };
        var spec = new BacktestSpec
        {
            Yaml = request.Yaml,
            Files = files,
            Policies = policies,
            From = request.From,
            Harm = new() { RunLength = feedback.Value.RunLength, Reference = feedback.Value.Reference },
            OutputFolder = folder.JobOutput(row.Id),
        };
        db.Add(row);
        var job = jobs.Add(row.Id, BacktestSpec.Kind, loop.Loop.Value, spec, new { });
        audit.Add(
            "backtested",
            AuditKinds.Loop,
            loop.Loop.Value,
            string.Join(", ", policies),
            ("backtest", row.Id.Value),
            ("files", files.Count.ToString(CultureInfo.InvariantCulture))
        );
        await db.SaveChangesAsync(ct);
        queue.Wake();
        return ShowBacktests.View(row, showJobs.View(job));
    }

    private IReadOnlyList<string> Files(BacktestRequest request, LoopDeclaration loop)
    {
        if (request.Files is { Count: > 0 } given)
        {
            return ExpandFiles.Run(given.Select(f => IngestDataset.Resolve(folder, f)), folder.Root);
        }

        if (!Path.IsPathFullyQualified(request.Folder))
        {
            throw Refusal.Invalid(
                $"'{request.Folder}' is not an absolute folder: relative files are looked for in it."
            );
        }

        var files = ExpandFiles.Run(loop.Data.Source.Files, request.Folder);
        return files.Count > 0
            ? files
            : throw Refusal.Invalid("A backtest needs recorded history: name files with --data.");
    }
}
