using System.Text.Json;
using Millrace.Core;
using Millrace.Monitoring.Drift;
using Millrace.Storage;

namespace Millrace.Monitoring.Feedback;

/// <summary>What one transaction of the joiner changes, gathered first and written at its end.</summary>
internal sealed class JoinBatch(MillraceDb db, JoinState state, RecallState recall)
{
    private const string Joins =
        """monitoring_joins ("Sequence", "Endpoint", "Prediction", "At", "PredictedAt", "Model", "Version", "Inputs", "Outcome", "Loss", "Baseline")""";

    private const string Hours =
        """monitoring_hours ("Endpoint", "Hour", "Model", "Version", "Predictions", "Outcomes", "Loss", "Squares", "Baseline", "Baselines")""";

    private const string AddToHours = """
        on conflict ("Endpoint", "Hour", "Model", "Version") do update set
            "Predictions" = monitoring_hours."Predictions" + excluded."Predictions",
            "Outcomes" = monitoring_hours."Outcomes" + excluded."Outcomes",
            "Loss" = monitoring_hours."Loss" + excluded."Loss",
            "Squares" = monitoring_hours."Squares" + excluded."Squares",
            "Baseline" = monitoring_hours."Baseline" + excluded."Baseline",
            "Baselines" = monitoring_hours."Baselines" + excluded."Baselines"
        """;

    private readonly List<object?[]> joins = [];
    private readonly List<SlimPrediction> joined = [];
    private readonly Dictionary<(ServedAt Served, long Hour), HourSums> hours = [];
    private readonly Dictionary<string, long[]> counts = new(StringComparer.Ordinal);
    private readonly HashSet<ServedAt> watched = [];
    private readonly HashSet<(ServedAt Served, long Day)> days = [];

    /// <summary>Versions whose evidence moved.</summary>
    public HashSet<ServedAt> Judged { get; } = [];

    public IReadOnlyCollection<ServedAt> Touched => watched;

    public Task<WatchedVersion> WatchedAsync(ServedAt served, MonitorSettings settings, CancellationToken ct)
    {
        watched.Add(served);
        return recall.WatchedAsync(served, settings, ct);
    }

    public Task<DayCounts> DayAsync(ServedAt served, long at, CancellationToken ct)
    {
        var day = (served, Micros.Floor(at, Micros.Day));
        days.Add(day);
        return recall.DayAsync(day, days, ct);
    }

    public void CountPrediction(ServedAt served, long at) => Hour(served, at).Predictions++;

    public void CountOutcome(string? endpoint, OutcomeState became, long repeats)
    {
        if (!counts.TryGetValue(endpoint ?? "", out var own))
        {
            counts[endpoint ?? ""] = own = new long[3];
        }

        own[0] += became == OutcomeState.Joined ? 1 : 0;
        own[1] += became == OutcomeState.Unknown ? 1 : 0;
        own[2] += repeats + (became == OutcomeState.Repeated ? 1 : 0);
    }

    public void Join(SlimPrediction prediction, string outcome, long at, long sequence, double loss, double? baseline)
    {
        var served = prediction.Served;
        joined.Add(prediction);
        joins.Add([
            sequence,
            served.Endpoint.Value,
            prediction.Id,
            at,
            prediction.At,
            served.Model.Value,
            served.Version.Value,
            prediction.Inputs,
            outcome,
            loss,
            baseline,
        ]);
        Judged.Add(served);
        var hour = Hour(served, at);
        hour.Outcomes++;
        hour.Loss += loss;
        hour.Squares += loss * loss;
        hour.Baseline += baseline ?? 0;
        hour.Baselines += baseline is null ? 0 : 1;
    }

    /// <summary>All of it, and that it is done; the caller commits.</summary>
    public async Task WriteAsync(CursorRow before, CursorRow after, CancellationToken ct)
    {
        await db.InsertAsync(Joins, joins, "", ct);
        foreach (var told in joined.Where(p => p.IsTold).Select(p => p.Id).Chunk(500))
        {
            await db.ExecuteAsync(
                $"""update monitoring_predictions set "IsTold" = true where "Id" in ({WriteRows.List(0, told.Length)})""",
                told,
                ct
            );
        }

        await db.InsertAsync(
            Hours,
            [
                .. hours.Select(h =>
                    (object?[])
                        [
                            h.Key.Served.Endpoint.Value,
                            h.Key.Hour,
                            h.Key.Served.Model.Value,
                            h.Key.Served.Version.Value,
                            h.Value.Predictions,
                            h.Value.Outcomes,
                            h.Value.Loss,
                            h.Value.Squares,
                            h.Value.Baseline,
                            h.Value.Baselines,
                        ]
                ),
            ],
            AddToHours,
            ct
        );
        await db.InsertAsync(
            """monitoring_counts ("Endpoint", "Joined", "Unknown", "Repeated")""",
            [.. counts.Select(c => (object?[])[c.Key, c.Value[0], c.Value[1], c.Value[2]])],
            """
            on conflict ("Endpoint") do update set
                "Joined" = monitoring_counts."Joined" + excluded."Joined",
                "Unknown" = monitoring_counts."Unknown" + excluded."Unknown",
                "Repeated" = monitoring_counts."Repeated" + excluded."Repeated"
            """,
            ct
        );
        await db.InsertAsync(
            """monitoring_baselines ("Endpoint", "State")""",
            [
                .. Judged
                    .Select(j => j.Endpoint)
                    .Distinct()
                    .Select(e => (object?[])[e.Value, state.Baselines[e].Write()]),
            ],
            """on conflict ("Endpoint") do update set "State" = excluded."State" """,
            ct
        );
        await WriteDaysAsync(ct);
        await WriteWatchedAsync(ct);
        await WriteCursorAsync(before, after, ct);
    }

    public Task WriteWatchedAsync(CancellationToken ct)
    {
        foreach (var served in Judged)
        {
            state.Watched[served].Mark();
        }

        return db.InsertAsync(
            """monitoring_watched ("Endpoint", "Model", "Version", "State")""",
            [
                .. watched.Select(w =>
                    (object?[])
                        [
                            w.Endpoint.Value,
                            w.Model.Value,
                            w.Version.Value,
                            JsonSerializer.Serialize(state.Watched[w].State, Json.Options),
                        ]
                ),
            ],
            """on conflict ("Endpoint", "Model", "Version") do update set "State" = excluded."State" """,
            ct
        );
    }

    public Task WriteDaysAsync(CancellationToken ct) =>
        db.InsertAsync(
            """monitoring_inputs ("Endpoint", "Model", "Version", "Day", "Counts")""",
            [
                .. days.Select(d =>
                    (object?[])
                        [
                            d.Served.Endpoint.Value,
                            d.Served.Model.Value,
                            d.Served.Version.Value,
                            d.Day,
                            JsonSerializer.Serialize(state.Days[d], Json.Options),
                        ]
                ),
            ],
            """on conflict ("Endpoint", "Model", "Version", "Day") do update set "Counts" = excluded."Counts" """,
            ct
        );

    /// <summary>Only from where it stood: two joiners at once cannot both move it.</summary>
    private async Task WriteCursorAsync(CursorRow before, CursorRow after, CancellationToken ct)
    {
        var moved = await db.ExecuteAsync(
            """
            update monitoring_cursor set "Segment" = @0, "Offset" = @1, "Outcome" = @2, "Sequence" = @3
            where "Id" = 1 and "Segment" = @4 and "Offset" = @5 and "Outcome" = @6 and "Sequence" = @7
            """,
            [
                after.Segment,
                after.Offset,
                after.Outcome,
                after.Sequence,
                before.Segment,
                before.Offset,
                before.Outcome,
                before.Sequence,
            ],
            ct
        );
        if (moved != 1)
        {
            throw new InvalidOperationException(
                "Somebody else moved the joiner's cursor; the next look starts from there."
            );
        }
    }

    private HourSums Hour(ServedAt served, long at)
    {
        var key = (served, Micros.Floor(at, Micros.Hour));
        return hours.TryGetValue(key, out var sums) ? sums : hours[key] = new();
    }

    private sealed class HourSums
    {
        public long Predictions { get; set; }

        public long Outcomes { get; set; }

        public double Loss { get; set; }

        public double Squares { get; set; }

        public double Baseline { get; set; }

        public long Baselines { get; set; }
    }
}
