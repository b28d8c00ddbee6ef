using System.Globalization;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Outcomes;
using Millrace.Monitoring.Alerts;
using Millrace.Monitoring.Drift;
using Millrace.Serving.Routing;
using Millrace.Storage;

namespace Millrace.Monitoring.Feedback;

/// <summary>Tells people of harm, once for each version, and of a large shift, once for each version and column.</summary>
internal sealed class RaiseWarnings(
    MillraceDb db,
    JoinState state,
    SwitchVersion deployments,
    FindFacts facts,
    ReadShift shift,
    RaiseAlert alerts
)
{
    /// <summary>Shifts are looked at after so many predictions: it is their number that makes them sure, not the hour.</summary>
    private const int LookEvery = 1000;

    /// <summary>Within the joiner's transaction: the alert is there exactly when the evidence is.</summary>
    public async Task RunAsync(
        JoinBatch batch,
        IReadOnlyDictionary<EndpointName, MonitorRow> monitors,
        CancellationToken ct
    )
    {
        var again = false;
        foreach (var served in batch.Touched)
        {
            var watched = state.Watched[served];
            var isHarm = watched.Kept is { HarmAt: not null, Alerted: false };
            var isLook = watched.Kept.Unlooked >= LookEvery;
            if (
                (!isHarm && !isLook)
                || await facts.RunAsync(served.Model, served.Version, ct) is not { } known
                || await deployments.CurrentAsync(served.Endpoint, ct) is not { } current
                || current.Model != served.Model
                || current.Version != served.Version
            )
            {
                continue;
            }

            again = true;
            if (isHarm)
            {
                var metric = LiveMetric.Of(known.Card.Task, monitors[served.Endpoint].Settings.Watch, known.Scale);
                alerts.Add(
                    AlertSeverity.Critical,
                    "harm",
                    served.Endpoint.Value,
                    $"{served.Model} v{served.Version}: {HarmVerdict.Of(served, metric, watched).Sentence}"
                );
                watched.Kept.Alerted = true;
            }

            if (isLook)
            {
                watched.Kept.Unlooked = 0;
                await LookAsync(served, known, watched.Kept, ct);
            }
        }

        if (again)
        {
            await db.SaveChangesAsync(ct);
            await batch.WriteWatchedAsync(ct);
        }
    }

    private async Task LookAsync(ServedAt served, VersionFacts known, WatchState watched, CancellationToken ct)
    {
        var seen = await shift.RunAsync(served, known, ct);
        foreach (var one in seen.Inputs.Append(seen.Output).OfType<ShiftView>())
        {
            // New users have new ids: that is worth seeing, and no news.
            var isId = one != seen.Output && string.Equals(one.Column, known.Card.User, StringComparison.Ordinal);
            if (isId || one.Level != ShiftLevel.Large || watched.Shifted.Contains(one.Column, StringComparer.Ordinal))
            {
                continue;
            }

            watched.Shifted.Add(one.Column);
            alerts.Add(
                AlertSeverity.Info,
                "shift",
                served.Endpoint.Value,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{one.Column} is distributed otherwise than {(one == seen.Output ? "in the test" : "in the training data")} of {served.Model} v{served.Version} (PSI {one.Psi:0.00} over {one.Live} predictions). A shift alone triggers nothing."
                )
            );
        }
    }
}
