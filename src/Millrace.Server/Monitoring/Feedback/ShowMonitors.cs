using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Outcomes;
using Millrace.Monitoring.Drift;
using Millrace.Serving.Routing;
using Millrace.Storage;

namespace Millrace.Monitoring.Feedback;

/// <summary>What is watched, endpoint by endpoint.</summary>
internal sealed class ShowMonitors(
    MillraceDb db,
    ReadHarm harm,
    ReadShift shift,
    CountOutcomes counts,
    SwitchVersion deployments,
    RoutingTable routes,
    FindFacts facts
)
{
    private const int EarlierVersions = 20;

    public async Task<IReadOnlyList<MonitorSummary>> ListAsync(CancellationToken ct)
    {
        var summaries = new List<MonitorSummary>();
        foreach (var monitor in await db.Set<MonitorRow>().AsNoTracking().OrderBy(m => m.Endpoint).ToListAsync(ct))
        {
            if (await harm.RunAsync(monitor.Endpoint, ct) is not { } verdict)
            {
                // Declared, and nothing serves there yet: there is nothing to show.
                continue;
            }

            var windows = await WindowsAsync(monitor, verdict, ct);
            summaries.Add(
                new(
                    monitor.Endpoint,
                    monitor.Settings.Loop,
                    verdict.Version,
                    verdict.Metric,
                    verdict.Current,
                    verdict.Phase,
                    await counts.RunAsync(monitor.Endpoint, ct),
                    windows.Count > 0 ? windows[^1].To : null
                )
            );
        }

        return summaries;
    }

    public async Task<MonitorView> RunAsync(EndpointName endpoint, CancellationToken ct)
    {
        var monitor =
            await db.Set<MonitorRow>().AsNoTracking().SingleOrDefaultAsync(m => m.Endpoint == endpoint, ct)
            ?? throw Refusal.NotFound($"Endpoint {endpoint} is not watched: give its loop a monitor and apply it.");
        // First: what is said to be joined is in all that is read after it.
        var outcomes = await counts.RunAsync(endpoint, ct);
        if (
            await harm.RunAsync(endpoint, ct) is not { } verdict
            || await deployments.CurrentAsync(endpoint, ct) is not { } current
            || await facts.RunAsync(verdict.Model, verdict.Version, ct) is not { } known
        )
        {
            throw Refusal.NotFound($"Endpoint {endpoint} is watched, and nothing serves there yet: deploy a version.");
        }

        var served = new ServedAt(endpoint, verdict.Model, verdict.Version);
        var shifts = await shift.RunAsync(served, known, ct);
        var hours = await HoursAsync(endpoint, ct);
        return new()
        {
            Endpoint = endpoint,
            Loop = monitor.Settings.Loop,
            Model = verdict.Model,
            Version = verdict.Version,
            DeployedAt = current.At,
            Metric = verdict.Metric,
            HigherIsBetter = verdict.HigherIsBetter,
            Windows = MetricWindows.Of(hours, Metric(known, monitor)),
            Harm = new(
                verdict.Phase,
                verdict.Reference,
                verdict.Evidence,
                verdict.Threshold,
                verdict.Outcomes,
                verdict.Since,
                await SeriesAsync(endpoint, monitor, ct)
            ),
            Inputs = shifts.Inputs,
            Output = shifts.Output,
            Broken = shifts.Broken,
            Outcomes = outcomes,
            Statistics = (routes.Find(endpoint.Value)?.Counters ?? new()).View(),
            Volume = MetricWindows.Volume(hours),
        };
    }

    private static LiveMetric Metric(VersionFacts known, MonitorRow monitor) =>
        LiveMetric.Of(known.Card.Task, monitor.Settings.Watch, known.Scale);

    private async Task<IReadOnlyList<MetricWindow>> WindowsAsync(
        MonitorRow monitor,
        HarmVerdict verdict,
        CancellationToken ct
    ) =>
        await facts.RunAsync(verdict.Model, verdict.Version, ct) is { } known
            ? MetricWindows.Of(await HoursAsync(monitor.Endpoint, ct), Metric(known, monitor))
            : [];

    private Task<List<HourRow>> HoursAsync(EndpointName endpoint, CancellationToken ct) =>
        db.Set<HourRow>().AsNoTracking().Where(h => h.Endpoint == endpoint).ToListAsync(ct);

    /// <summary>Of all versions that outcomes were joined for, so that a promotion is seen in it.</summary>
    private async Task<IReadOnlyList<EvidencePoint>> SeriesAsync(
        EndpointName endpoint,
        MonitorRow monitor,
        CancellationToken ct
    )
    {
        var versions = await db.Set<WatchedRow>()
            .AsNoTracking()
            .Where(w => w.Endpoint == endpoint)
            .Select(w => new { w.Model, w.Version })
            .ToListAsync(ct);
        var points = new List<EvidencePoint>();
        foreach (var version in versions.OrderByDescending(v => v.Version).Take(EarlierVersions))
        {
            var served = new ServedAt(endpoint, version.Model, version.Version);
            points.AddRange((await harm.WatchedAsync(served, monitor.Settings, ct)).Kept.Series);
        }

        return [.. points.OrderBy(p => p.At).ThenBy(p => p.Version)];
    }
}
