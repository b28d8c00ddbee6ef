using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Loop.Reconciling;
using Millrace.Loop.Retraining;
using Millrace.Monitoring.Feedback;
using Millrace.Storage;

namespace Millrace.Loop.Declared;

/// <summary>Loops as people see them: what was declared, where each stage stands, and the story of the retrainings.</summary>
internal sealed class ShowLoops(MillraceDb db, ObserveLoop observe, BeginRetraining retrainings, ReadHarm harm)
{
    private const int RetrainingsShown = 100;

    public async Task<IReadOnlyList<LoopSummary>> ListAsync(CancellationToken ct)
    {
        var summaries = new List<LoopSummary>();
        foreach (var row in await db.Set<LoopRow>().AsNoTracking().OrderBy(l => l.Name).ToListAsync(ct))
        {
            var (wanted, stages, _) = await StandingAsync(row, ct);
            summaries.Add(
                new(
                    row.Name,
                    wanted.Description,
                    wanted.Owner,
                    row.Generation,
                    LoopStages.Overall(stages),
                    LoopStages.Headline(stages),
                    row.AppliedAt
                )
            );
        }

        return summaries;
    }

    public async Task<LoopView> OneAsync(LoopName name, CancellationToken ct)
    {
        var row =
            await db.Set<LoopRow>().AsNoTracking().SingleOrDefaultAsync(l => l.Name == name, ct)
            ?? throw Refusal.NotFound($"There is no loop {name}: declare it with millrace apply loop.yaml.");
        var (wanted, stages, newest) = await StandingAsync(row, ct);
        var all = await db.Set<RetrainingRow>()
            .AsNoTracking()
            .Where(r => r.Loop == name)
            .OrderByDescending(r => r.Number)
            .Take(RetrainingsShown)
            .ToListAsync(ct);
        return new()
        {
            Name = name,
            Description = wanted.Description,
            Owner = wanted.Owner,
            Tags = wanted.Tags,
            Generation = row.Generation,
            AppliedAt = row.AppliedAt,
            Yaml = row.Yaml,
            State = LoopStages.Overall(stages),
            Stages = stages,
            Dataset = wanted.Data.Dataset,
            DatasetVersion = newest.DatasetVersion,
            Runs = newest.Runs,
            Model = newest.ModelVersion is { } version ? new(new(name.Value), version) : null,
            Endpoint = wanted.Deploy?.Endpoint,
            Retrainings = [.. all.Select(r => View(r, r.Number == newest.Number ? stages : []))],
        };
    }

    private async Task<(LoopDeclaration Wanted, IReadOnlyList<StageView> Stages, RetrainingRow Newest)> StandingAsync(
        LoopRow loop,
        CancellationToken ct
    )
    {
        var newest = (await retrainings.NewestAsync(loop.Name, ct))!;
        var seen = await observe.RunAsync(loop, newest, ct);
        // The loop's next step asks for it only during a rollout; people want to know how a model does at any time.
        if (seen is { Harm: null, Wanted: { Deploy: { } deploy, Monitor: not null } })
        {
            seen = seen with { Harm = await harm.RunAsync(deploy.Endpoint, ct) };
        }

        return (seen.Wanted, LoopStages.Describe(seen), newest);
    }

    private static RetrainingView View(RetrainingRow row, IReadOnlyList<StageView> stages) =>
        new(
            row.Number,
            row.Trigger,
            row.Reason,
            row.State,
            row.Result,
            row.StartedAt,
            row.EndedAt,
            row.DatasetVersion,
            row.ModelVersion is { } version ? new(new(row.Loop.Value), version) : null,
            stages
        );
}
