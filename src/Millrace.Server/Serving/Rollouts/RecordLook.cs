using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Serving.Rollouts;

/// <summary>
/// Keeps a look at the evidence that changed nothing, in place of the last such one. It is not in the audit log: nothing
/// happened, and it happens every few seconds.
/// </summary>
internal sealed class RecordLook(MillraceDb db)
{
    /// <param name="endpoint">Where it takes place.</param>
    /// <param name="number">Which rollout; one that is over keeps the look that ended it.</param>
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
        var running = db.Set<RolloutRow>()
            .Where(r => r.Endpoint == endpoint && r.Number == number && r.State == RolloutState.Running);
        var changed = evidence is null
            ? await running.ExecuteUpdateAsync(set => set.SetProperty(r => r.Newest, look), ct)
            : await running.ExecuteUpdateAsync(
                set => set.SetProperty(r => r.Newest, look).SetProperty(r => r.Evidence, evidence),
                ct
            );
        if (changed == 0 && !await db.Set<RolloutRow>().AnyAsync(r => r.Endpoint == endpoint && r.Number == number, ct))
        {
            throw Missing(endpoint, number);
        }
    }

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
