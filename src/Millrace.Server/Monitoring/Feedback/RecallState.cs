using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Millrace.Core;
using Millrace.Monitoring.Drift;
using Millrace.Serving.Routing;
using Millrace.Storage;

namespace Millrace.Monitoring.Feedback;

/// <summary>What was seen of a version, an endpoint, a day so far: from memory, else from the database, else its beginning.</summary>
internal sealed class RecallState(
    MillraceDb db,
    JoinState state,
    SwitchVersion deployments,
    PrimeBaseline prime,
    IOptions<FeedbackOptions> options
)
{
    public async Task<WatchedVersion> WatchedAsync(ServedAt served, MonitorSettings settings, CancellationToken ct)
    {
        var wanted = JoinState.Options(options.Value, settings);
        if (!state.Watched.TryGetValue(served, out var found))
        {
            found = new(
                served.Version,
                wanted,
                await StateAsync(served, ct) ?? new() { Prior = await PriorAsync(served, settings, ct) }
            );
            state.Watched[served] = found;
        }
        else if (found.Options != wanted)
        {
            // Declared anew with another tolerance: what was seen stays seen.
            state.Watched[served] = found = new(served.Version, wanted, found.State);
        }

        return found;
    }

    private async Task<WatchState?> StateAsync(ServedAt served, CancellationToken ct) =>
        await db.Set<WatchedRow>()
            .AsNoTracking()
            .Where(w => w.Endpoint == served.Endpoint && w.Model == served.Model && w.Version == served.Version)
            .Select(w => w.State)
            .SingleOrDefaultAsync(ct)
            is { } text
            ? JsonSerializer.Deserialize<WatchState>(text, Json.Options)!
            : null;

    private async Task<double?> PriorAsync(ServedAt served, MonitorSettings settings, CancellationToken ct)
    {
        var before = await deployments.CurrentAsync(served.Endpoint, ct);
        if (before is { Previous: { } previous } && before.Model == served.Model && before.Version == served.Version)
        {
            before = await deployments.FindAsync(previous, ct);
        }

        if (before is null || (before.Model == served.Model && before.Version == served.Version))
        {
            return null;
        }

        var earlier = new ServedAt(served.Endpoint, before.Model, before.Version);
        return state.Watched.TryGetValue(earlier, out var known) ? known.Bequest
            : await StateAsync(earlier, ct) is { } kept
                ? new WatchedVersion(before.Version, JoinState.Options(options.Value, settings), kept).Bequest
            : null;
    }

    public async Task<RunningBaseline> BaselineAsync(
        EndpointName endpoint,
        VersionFacts served,
        MonitorSettings settings,
        CancellationToken ct
    )
    {
        if (!state.Baselines.TryGetValue(endpoint, out var found))
        {
            found = await db.Set<BaselineRow>()
                .AsNoTracking()
                .Where(b => b.Endpoint == endpoint)
                .Select(b => b.State)
                .SingleOrDefaultAsync(ct)
                is { } kept
                ? RunningBaseline.Of(kept)
                : new(await prime.RunAsync(served, settings.EventTime, ct));
            state.Baselines[endpoint] = found;
        }

        return found;
    }

    /// <param name="key">Which version on which day.</param>
    /// <param name="kept">Days that are not forgotten for it.</param>
    /// <param name="ct">Stops it.</param>
    public async Task<DayCounts> DayAsync(
        (ServedAt Served, long Day) key,
        IReadOnlySet<(ServedAt Served, long Day)> kept,
        CancellationToken ct
    )
    {
        if (!state.Days.TryGetValue(key, out var found))
        {
            var (served, day) = (key.Served, Micros.Moment(key.Day));
            var text = await db.Set<InputsRow>()
                .AsNoTracking()
                .Where(d =>
                    d.Endpoint == served.Endpoint
                    && d.Model == served.Model
                    && d.Version == served.Version
                    && d.Day == day
                )
                .Select(d => d.Counts)
                .SingleOrDefaultAsync(ct);
            if (state.Days.Count > 64)
            {
                // Yesterday's counts are asked for no more; what is still at work is read again.
                foreach (var old in state.Days.Keys.Where(k => !kept.Contains(k)).ToList())
                {
                    state.Days.Remove(old);
                }
            }

            state.Days[key] = found = text is null ? new() : JsonSerializer.Deserialize<DayCounts>(text, Json.Options)!;
        }

        return found;
    }
}
