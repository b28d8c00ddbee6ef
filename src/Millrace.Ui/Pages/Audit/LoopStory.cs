using Millrace.Api;
using Millrace.Core;

namespace Millrace.Ui.Pages.Audit;

/// <summary>What the audit log says of one loop: of its data, runs, model and endpoint too, by what turned the loop.</summary>
/// <param name="Entries">Newest first.</param>
/// <param name="Chapters">One for each retraining, newest first; what happened outside of any belongs to the one before.</param>
public sealed record LoopStory(IReadOnlyList<AuditEntry> Entries, IReadOnlyList<LoopStory.Chapter> Chapters)
{
    private const int Most = 200;

    /// <param name="Retraining">Null for what came before the first.</param>
    /// <param name="Entries">Oldest first, as a story is told.</param>
    public sealed record Chapter(RetrainingView? Retraining, IReadOnlyList<AuditEntry> Entries);

    public static async Task<LoopStory> LoadAsync(MillraceClient client, LoopName name, CancellationToken ct)
    {
        var loop = await client.LoopAsync(name, ct);
        string[] subjects =
        [
            .. new[] { loop.Name.Value, loop.Dataset.Value, loop.Model?.Model.Value, loop.Endpoint?.Value }
                .OfType<string>()
                .Distinct(StringComparer.Ordinal),
        ];
        var pages = await Task.WhenAll([
            .. subjects.Select(subject => client.AuditAsync(null, subject, Most, 0, ct)),
            client.AuditAsync("run", null, Most, 0, ct),
        ]);
        var runs = loop.Runs.Select(r => r.Value).ToHashSet(StringComparer.Ordinal);
        AuditEntry[] entries =
        [
            .. pages[..^1]
                .SelectMany(p => p.Items)
                .Concat(pages[^1].Items.Where(e => e.Details.TryGetValue("run", out var run) && runs.Contains(run)))
                .DistinctBy(e => e.Number)
                .OrderByDescending(e => e.Number),
        ];
        return new LoopStory(entries, Tell(entries, loop.Retrainings));
    }

    /// <summary>An entry belongs to the newest retraining that had started by then.</summary>
    public static IReadOnlyList<Chapter> Tell(
        IReadOnlyList<AuditEntry> entries,
        IReadOnlyList<RetrainingView> retrainings
    )
    {
        var turns = retrainings.OrderByDescending(r => r.StartedAt).ToList();
        return
        [
            .. entries
                .GroupBy(e => turns.FirstOrDefault(r => r.StartedAt <= e.At))
                .Select(g => new Chapter(g.Key, [.. g.OrderBy(e => e.Number)]))
                .OrderByDescending(c => c.Entries[^1].Number),
        ];
    }
}
