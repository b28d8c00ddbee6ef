using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Serving.Rollouts;

/// <summary>Keeps each look at the evidence. One that changed nothing is not in the audit log: it happens every few seconds.</summary>
internal sealed class RecordLook(MillraceDb db)
{
    /// <summary>Keeps one that changed nothing.</summary>
    /// <param name="endpoint">Where it takes place.</param>
    /// <param name="number">Which rollout; one that is over takes no more looks.</param>
    /// <param name="look">What was seen.</param>
    /// <param name="evidence">What the next look needs, written along with this one; null leaves what is there.</param>
    /// <param name="ct">Cancels it before it is written.</param>
    public async Task RunAsync(
        EndpointName endpoint,
        long number,
        RolloutLook look,
        string? evidence,
        CancellationToken ct
    )
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var changed = await db.Set<RolloutRow>()
            .Where(r => r.Endpoint == endpoint && r.Number == number && r.State == RolloutState.Running)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(r => r.Looks, r => r.Looks + 1)
                        .SetProperty(r => r.Evidence, r => evidence ?? r.Evidence),
                ct
            );
        if (changed > 0)
        {
            await AddAsync(number, look, decided: false, ct);
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(CancellationToken.None);
        }
        else if (!await db.Set<RolloutRow>().AnyAsync(r => r.Endpoint == endpoint && r.Number == number, ct))
        {
            throw Missing(endpoint, number);
        }
    }

    /// <summary>Adds a look within the caller's transaction, which has counted it in <see cref="RolloutRow.Looks"/>.</summary>
    public async Task AddAsync(long number, RolloutLook look, bool decided, CancellationToken ct) =>
        db.Add(
            new RolloutLookRow
            {
                Rollout = number,
                Ordinal = await db.Set<RolloutRow>()
                    .Where(r => r.Number == number)
                    .Select(r => r.Looks)
                    .SingleAsync(ct),
                Decided = decided,
                Look = look,
            }
        );

    internal static RefusalException Missing(EndpointName endpoint, long number) =>
        Refusal.NotFound(
            $"There is no rollout {number} at endpoint {endpoint}: see 'millrace rollout status {endpoint}'."
        );

    /// <summary>A look as the audit log keeps it: the numbers that a verdict rests on.</summary>
    internal static IReadOnlyList<(string Key, string Value)> Describe(RolloutLook look, double share)
    {
        var culture = CultureInfo.InvariantCulture;
        return
        [
            ("share", share.ToString(culture)),
            ("champion outcomes", look.ChampionOutcomes.ToString(culture)),
            ("challenger outcomes", look.ChallengerOutcomes.ToString(culture)),
            ("champion metric", look.ChampionMetric?.ToString("0.####", culture) ?? ""),
            ("challenger metric", look.ChallengerMetric?.ToString("0.####", culture) ?? ""),
            ("log10 evidence of worse", look.WorseEvidence.ToString("0.###", culture)),
            ("log10 evidence of safe", look.SafeEvidence.ToString("0.###", culture)),
            ("log10 threshold", look.Threshold.ToString("0.###", culture)),
        ];
    }
}
