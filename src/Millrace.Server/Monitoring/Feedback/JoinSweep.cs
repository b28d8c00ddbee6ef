using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Millrace.Core;
using Millrace.Monitoring.Drift;
using Millrace.Monitoring.PredictionLog;
using Millrace.Storage;

namespace Millrace.Monitoring.Feedback;

/// <summary>
/// One pass of the joiner: first all predictions that are safe in the log, then all outcomes that had arrived before it began.
/// So an outcome that was sent after its prediction was answered finds it. Each transaction moves the cursor with its effects.
/// </summary>
internal sealed class JoinSweep(
    MillraceDb db,
    JoinState state,
    ReadLog log,
    FindFacts facts,
    RecallState recall,
    JudgeOutcome judge,
    MatchOutcomes match,
    ReadPast past,
    ForgetOld forget,
    RaiseWarnings warnings,
    WriteTurn turn,
    IOptions<FeedbackOptions> options,
    TimeProvider time
)
{
    private readonly HashSet<EndpointName> changed = [];
    private IReadOnlyDictionary<EndpointName, MonitorRow> monitors = new Dictionary<EndpointName, MonitorRow>();

    /// <returns>Endpoints whose evidence changed, and where the log was read to.</returns>
    public async Task<(IReadOnlySet<EndpointName> Changed, LogRead Read)> RunAsync(CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct);
        state.Cursor ??= await CursorAsync(ct);
        monitors = await db.Set<MonitorRow>().AsNoTracking().ToDictionaryAsync(m => m.Endpoint, ct);
        state.AnyWaiting ??= await forget.AnyWaitingAsync(ct);
        foreach (var monitor in monitors.Values.Where(m => !m.CaughtUp))
        {
            await TakePastAsync(monitor, ct);
        }

        var upTo = state.Cursor.Outcome;
        await db.ReadAsync(
            """select coalesce(max("Number"), 0) from monitoring_outcomes""",
            r => upTo = Math.Max(upTo, r.GetInt64(0)),
            [],
            ct
        );
        LogRead read;
        do
        {
            read = await TakePredictionsAsync(ct);
        } while (!read.IsAtEnd);

        while (state.Cursor.Outcome < upTo)
        {
            await TakeOutcomesAsync(upTo, ct);
        }

        await forget.RunAsync(monitors, ct);
        return (changed, read);
    }

    private async Task<CursorRow> CursorAsync(CancellationToken ct)
    {
        if (await db.Set<CursorRow>().AsNoTracking().SingleOrDefaultAsync(ct) is { } found)
        {
            return found;
        }

        using var own = await turn.TakeAsync(ct);
        await db.ExecuteAsync(
            """insert into monitoring_cursor ("Id", "Segment", "Offset", "Outcome", "Sequence") values (1, 0, 0, 0, 0) on conflict ("Id") do nothing""",
            [],
            ct
        );
        return new();
    }

    /// <summary>All of it or nothing, so that nothing is counted twice.</summary>
    private async Task TakePastAsync(MonitorRow monitor, CancellationToken ct)
    {
        var cursor = state.Cursor!;
        using var own = await turn.TakeAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var batch = new JoinBatch(db, state, recall);
        var after = cursor;
        foreach (var taken in past.Run(monitor, new(cursor.Segment, cursor.Offset), ct))
        {
            after = await TakeAsync(batch, taken, after, ct);
        }

        await batch.WriteAsync(cursor, after, ct);
        await warnings.RunAsync(batch, monitors, ct);
        await db.Set<MonitorRow>()
            .Where(m => m.Endpoint == monitor.Endpoint)
            .ExecuteUpdateAsync(set => set.SetProperty(m => m.CaughtUp, true), ct);
        await transaction.CommitAsync(ct);
        state.Cursor = after;
    }

    private async Task<CursorRow> TakeAsync(
        JoinBatch batch,
        IReadOnlyList<SlimPrediction> taken,
        CursorRow cursor,
        CancellationToken ct
    )
    {
        foreach (var prediction in taken)
        {
            await CountAsync(batch, prediction, ct);
        }

        await SlimPrediction.InsertAsync(db, taken, ct);
        return state.AnyWaiting == true && taken.Count > 0
            ? cursor with
            {
                Sequence = await JoinAsync(batch, await match.WaitingAsync(taken, ct), cursor.Sequence, ct),
            }
            : cursor;
    }

    private async Task<LogRead> TakePredictionsAsync(CancellationToken ct)
    {
        var cursor = state.Cursor!;
        var taken = new List<SlimPrediction>();
        var read = log.Run(
            new(cursor.Segment, cursor.Offset),
            options.Value.BatchSize,
            (in record) =>
            {
                var endpoint = new EndpointName(Encoding.ASCII.GetString(record.Endpoint));
                if (monitors.ContainsKey(endpoint))
                {
                    taken.Add(SlimPrediction.Of(record, endpoint));
                }
            }
        );
        var after = cursor with { Segment = read.Position.Segment, Offset = read.Position.Offset };
        if (after == cursor)
        {
            return read;
        }

        using var own = await turn.TakeAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var batch = new JoinBatch(db, state, recall);
        after = await TakeAsync(batch, taken, after, ct);
        await batch.WriteAsync(cursor, after, ct);
        await warnings.RunAsync(batch, monitors, ct);
        await transaction.CommitAsync(ct);
        state.Cursor = after;
        return read;
    }

    private async Task CountAsync(JoinBatch batch, SlimPrediction prediction, CancellationToken ct)
    {
        var (served, settings) = (prediction.Served, monitors[prediction.Served.Endpoint].Settings);
        batch.CountPrediction(served, prediction.At);
        using var inputs = JsonDocument.Parse(prediction.Inputs);
        var known = await facts.RunAsync(served.Model, served.Version, ct);
        prediction.Key = SlimPrediction.KeyOf(inputs.RootElement, settings, known);
        if (known is null)
        {
            return;
        }

        var watched = await batch.WatchedAsync(served, settings, ct);
        watched.Kept.Unlooked++;
        CountInputs.Run(
            await batch.DayAsync(served, prediction.At, ct),
            known,
            settings.Contract,
            inputs.RootElement,
            Encoding.UTF8.GetBytes(prediction.Output)
        );
    }

    private async Task TakeOutcomesAsync(long upTo, CancellationToken ct)
    {
        var cursor = state.Cursor!;
        using var own = await turn.TakeAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var batch = new JoinBatch(db, state, recall);
        var matches = await match.ArrivedAsync(cursor.Outcome, upTo, options.Value.BatchSize, ct);
        var after = cursor with
        {
            Outcome = matches.Count < options.Value.BatchSize ? upTo : matches[^1].Number,
            Sequence = await JoinAsync(batch, matches, cursor.Sequence, ct),
        };
        await batch.WriteAsync(cursor, after, ct);
        await warnings.RunAsync(batch, monitors, ct);
        await transaction.CommitAsync(ct);
        state.Cursor = after;
    }

    /// <returns>The last join's sequence.</returns>
    private async Task<long> JoinAsync(
        JoinBatch batch,
        IReadOnlyList<Match> matches,
        long sequence,
        CancellationToken ct
    )
    {
        var now = Micros.Of(time.GetUtcNow());
        var became = new Dictionary<(OutcomeState State, string? Endpoint), List<long>>();
        foreach (var one in matches)
        {
            var end =
                one.Prediction is null && one.WaitsUntil >= now
                    ? OutcomeState.Waiting
                    : await judge.RunAsync(batch, one, monitors, sequence + 1, ct);
            var endpoint = one.Endpoint ?? one.Prediction?.Served.Endpoint.Value;
            if (end == OutcomeState.Waiting)
            {
                state.AnyWaiting = true;
            }
            else
            {
                batch.CountOutcome(endpoint, end, one.Repeats);
                sequence += end == OutcomeState.Joined ? 1 : 0;
            }

            if (!became.TryGetValue((end, endpoint), out var numbers))
            {
                became[(end, endpoint)] = numbers = [];
            }

            numbers.Add(one.Number);
        }

        foreach (var ((end, endpoint), numbers) in became)
        {
            foreach (var some in numbers.Chunk(500))
            {
                await db.ExecuteAsync(
                    $"""update monitoring_outcomes set "State" = @0, "Endpoint" = @1 where "Number" in ({WriteRows.List(2, some.Length)})""",
                    [end.ToString(), endpoint, .. some.Cast<object?>()],
                    ct
                );
            }
        }

        changed.UnionWith(batch.Judged.Select(j => j.Endpoint));
        return sequence;
    }
}
