using Microsoft.Extensions.Options;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Monitoring.Feedback;

/// <summary>Gives up outcomes that waited long enough, and deletes what no outcome can come for and no training asks for.</summary>
internal sealed class ForgetOld(
    MillraceDb db,
    JoinState state,
    WriteTurn turn,
    IOptions<FeedbackOptions> options,
    TimeProvider time
)
{
    private static readonly TimeSpan Every = TimeSpan.FromDays(1);

    public async Task<bool> AnyWaitingAsync(CancellationToken ct)
    {
        var any = false;
        await db.ReadAsync(
            """select 1 from monitoring_outcomes where "State" = 'Waiting' limit 1""",
            _ => any = true,
            [],
            ct
        );
        return any;
    }

    public async Task RunAsync(IReadOnlyDictionary<EndpointName, MonitorRow> monitors, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (state.AnyWaiting == true)
        {
            await GiveUpAsync(Micros.Of(now), ct);
        }

        if (state.CleanedAt is { } last && now - last < Every && now >= last)
        {
            return;
        }

        using (await turn.TakeAsync(ct))
        {
            await CleanAsync(monitors, now, ct);
        }

        state.CleanedAt = now;
    }

    private async Task GiveUpAsync(long now, CancellationToken ct)
    {
        const string Over = """ where "State" = 'Waiting' and "WaitsUntil" < @0""";
        var any = false;
        await db.ReadAsync($"select 1 from monitoring_outcomes{Over} limit 1", _ => any = true, [now], ct);
        if (!any)
        {
            return;
        }

        using var own = await turn.TakeAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.ExecuteAsync(
            $"""
            insert into monitoring_counts ("Endpoint", "Joined", "Unknown", "Repeated")
            select coalesce("Endpoint", ''), 0, count(*), sum("Repeats") from monitoring_outcomes {Over} group by 1
            on conflict ("Endpoint") do update set
                "Unknown" = monitoring_counts."Unknown" + excluded."Unknown",
                "Repeated" = monitoring_counts."Repeated" + excluded."Repeated"
            """,
            [now],
            ct
        );
        await db.ExecuteAsync($"""update monitoring_outcomes set "State" = 'Unknown' {Over}""", [now], ct);
        await transaction.CommitAsync(ct);
        state.AnyWaiting = await AnyWaitingAsync(ct);
    }

    private async Task CleanAsync(
        IReadOnlyDictionary<EndpointName, MonitorRow> monitors,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        foreach (var monitor in monitors.Values)
        {
            await db.ExecuteAsync(
                """delete from monitoring_predictions where "Endpoint" = @0 and "Id" < @1""",
                [monitor.Endpoint.Value, FirstId(Micros.Of(now - options.Value.Late) - monitor.Within)],
                ct
            );
        }

        var kept = Micros.Of(now - options.Value.KeepJoined);
        await db.ExecuteAsync("""delete from monitoring_joins where "At" < @0""", [kept], ct);
        await db.ExecuteAsync(
            """delete from monitoring_outcomes where "At" < @0 and "State" in ('Joined', 'Unknown', 'Repeated')""",
            [kept],
            ct
        );
        await db.ExecuteAsync("""delete from monitoring_inputs where "Day" < @0""", [kept], ct);
        await db.ExecuteAsync("""delete from monitoring_hours where "Hour" < @0""", [kept], ct);
    }

    /// <summary>Ids begin with their time in milliseconds: the smallest of a moment.</summary>
    private static string FirstId(long micros) =>
        new PredictionId((UInt128)(ulong)Math.Max(0, micros / 1000) << 80).ToString();
}
