using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Governance.Audit;
using Millrace.Models.Registry;
using Millrace.Storage;

namespace Millrace.Serving.Rollouts;

/// <summary>How a rollout ends.</summary>
/// <param name="Number">Which one; null for whichever runs at the endpoint.</param>
/// <param name="State">Anything but <see cref="RolloutState.Running"/>.</param>
/// <param name="Look">The look that decided it; null where a person did.</param>
internal sealed record RolloutEnd(
    long? Number,
    RolloutState State,
    string Verdict,
    RolloutLook? Look = null,
    string? Evidence = null
);

/// <summary>
/// Writes a rollout's end within the caller's transaction, which the caller saves and commits: the switch that it comes with
/// is there exactly when it is. Only a running one can end, so none ends twice.
/// </summary>
internal sealed class CloseRollout(
    MillraceDb db,
    RecordLook record,
    MoveAlias aliases,
    AuditTrail audit,
    TimeProvider time
)
{
    /// <returns>False where no such rollout runs: then nothing is written.</returns>
    public async Task<bool> AddAsync(EndpointName endpoint, RolloutEnd end, CancellationToken ct)
    {
        var row = await db.Set<RolloutRow>()
            .AsNoTracking()
            .SingleOrDefaultAsync(r => r.Endpoint == endpoint && r.State == RolloutState.Running, ct);
        if (row is null || (end.Number is { } wanted && wanted != row.Number))
        {
            return false;
        }

        var looks = end.Look is null ? 0 : 1;
        var evidence = end.Evidence ?? row.Evidence;
        DateTimeOffset? now = time.GetUtcNow();
        var ended = await db.Set<RolloutRow>()
            .Where(r => r.Number == row.Number && r.State == RolloutState.Running)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(r => r.State, end.State)
                        .SetProperty(r => r.Verdict, end.Verdict)
                        .SetProperty(r => r.EndedAt, now)
                        .SetProperty(r => r.Looks, r => r.Looks + looks)
                        .SetProperty(r => r.Evidence, evidence),
                ct
            );
        if (ended == 0)
        {
            return false;
        }

        if (end.Look is not null)
        {
            await record.AddAsync(row.Number, end.Look, decided: true, ct);
        }

        await aliases.RemoveAsync(row.Model, AliasName.Challenger, row.Version, end.Verdict, ct);
        audit.Add(
            Word(end.State),
            AuditKinds.Endpoint,
            endpoint.Value,
            end.Verdict,
            [
                ("rollout", row.Number.ToString(CultureInfo.InvariantCulture)),
                ("challenger", $"{row.Model} v{row.Version}"),
                ("champion", $"{row.ChampionModel} v{row.ChampionVersion}"),
                .. end.Look is null ? [] : RecordLook.Describe(end.Look, row.Share),
            ]
        );
        return true;
    }

    private static string Word(RolloutState state) =>
        state switch
        {
            RolloutState.Promoted => "rollout promoted",
            RolloutState.RolledBack => "rollout rolled back",
            _ => "rollout aborted",
        };
}
