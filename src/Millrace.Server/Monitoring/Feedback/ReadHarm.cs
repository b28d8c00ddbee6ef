using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Millrace.Core;
using Millrace.Engine.Outcomes;
using Millrace.Serving.Routing;
using Millrace.Storage;

namespace Millrace.Monitoring.Feedback;

/// <summary>What the evidence says of the version that serves at an endpoint now.</summary>
internal sealed class ReadHarm(
    MillraceDb db,
    SwitchVersion deployments,
    FindFacts facts,
    IOptions<FeedbackOptions> options
)
{
    /// <returns>Null where the endpoint is not watched, or nothing serves there.</returns>
    public async Task<HarmVerdict?> RunAsync(EndpointName endpoint, CancellationToken ct)
    {
        var settings = await db.Set<MonitorRow>()
            .AsNoTracking()
            .Where(m => m.Endpoint == endpoint)
            .Select(m => m.Settings)
            .SingleOrDefaultAsync(ct);
        if (
            settings is null
            || await deployments.CurrentAsync(endpoint, ct) is not { } current
            || await facts.RunAsync(current.Model, current.Version, ct) is not { } known
        )
        {
            return null;
        }

        var served = new ServedAt(endpoint, current.Model, current.Version);
        return HarmVerdict.Of(
            served,
            LiveMetric.Of(known.Card.Task, settings.Watch, known.Scale),
            await WatchedAsync(served, settings, ct)
        );
    }

    public async Task<WatchedVersion> WatchedAsync(ServedAt served, MonitorSettings settings, CancellationToken ct)
    {
        var text = await db.Set<WatchedRow>()
            .AsNoTracking()
            .Where(w => w.Endpoint == served.Endpoint && w.Model == served.Model && w.Version == served.Version)
            .Select(w => w.State)
            .SingleOrDefaultAsync(ct);
        var state = text is null ? new() : JsonSerializer.Deserialize<WatchState>(text, Json.Options)!;
        return new(served.Version, JoinState.Options(options.Value, settings), state);
    }
}
