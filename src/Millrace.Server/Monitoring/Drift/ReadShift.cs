using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Evidence;
using Millrace.Monitoring.Feedback;
using Millrace.Storage;

namespace Millrace.Monitoring.Drift;

/// <summary>What went in and came out lately, beside what is normal. A shift is told, and triggers nothing.</summary>
internal sealed class ReadShift(MillraceDb db)
{
    /// <summary>Fewer values say nothing of twenty bins.</summary>
    private const int Enough = 200;

    /// <summary>How much of the newest counts as lately.</summary>
    private const int Days = 7;

    public async Task<Shifts> RunAsync(ServedAt served, VersionFacts facts, CancellationToken ct)
    {
        var texts = await db.Set<InputsRow>()
            .AsNoTracking()
            .Where(d => d.Endpoint == served.Endpoint && d.Model == served.Model && d.Version == served.Version)
            .OrderByDescending(d => d.Day)
            .Take(Days)
            .Select(d => d.Counts)
            .ToListAsync(ct);
        var days = texts.ConvertAll(t => JsonSerializer.Deserialize<DayCounts>(t, Json.Options)!);
        return new(
            [
                .. facts
                    .References.Select(r => View(r, days))
                    .OrderByDescending(v => v.Psi ?? -1)
                    .ThenBy(v => v.Column, StringComparer.Ordinal),
            ],
            facts.Output is { } output ? View(output, days) : null,
            [
                .. days.SelectMany(d => d.Broken)
                    .SelectMany(b => b.Value.Select(r => (Column: b.Key, Rule: r.Key, Rows: r.Value)))
                    .GroupBy(b => (b.Column, b.Rule))
                    .Select(g => View(g.Key.Column, g.Key.Rule, g.Sum(b => b.Rows)))
                    .OrderByDescending(b => b.Rows)
                    .ThenBy(b => b.Column, StringComparer.Ordinal),
            ]
        );
    }

    private static BrokenRuleView View(string column, string rule, long rows) =>
        rule.Split(' ', 2) is [var name, var bound] ? new(column, name, rows, bound) : new(column, rule, rows);

    public static ShiftView View(ReferenceBins reference, IReadOnlyList<DayCounts> days)
    {
        var live = new long[reference.Labels.Count];
        foreach (var day in days)
        {
            if (day.Bins.TryGetValue(reference.Column, out var counts))
            {
                for (var i = 0; i < live.Length && i < counts.Length; i++)
                {
                    live[i] += counts[i];
                }
            }
        }

        var (all, now) = (reference.Counts.Sum(), live.Sum());
        double? psi = now >= Enough && all > 0 ? PopulationStability.Of([.. reference.Counts], live) : null;
        return new(
            reference.Column,
            psi,
            psi switch
            {
                > 0.25 => ShiftLevel.Large,
                >= 0.1 => ShiftLevel.Some,
                _ => ShiftLevel.None,
            },
            now,
            [
                .. reference
                    .Labels.Select(
                        (l, i) =>
                            new ShiftBin(
                                l,
                                all > 0 ? (double)reference.Counts[i] / all : 0,
                                now > 0 ? (double)live[i] / now : 0
                            )
                    )
                    // A bin that nothing ever fell into shows nothing.
                    .Where(b => b.Reference > 0 || b.Share > 0),
            ]
        );
    }
}

/// <param name="Broken">Rules of the contract that inputs broke.</param>
internal sealed record Shifts(IReadOnlyList<ShiftView> Inputs, ShiftView? Output, IReadOnlyList<BrokenRuleView> Broken);
