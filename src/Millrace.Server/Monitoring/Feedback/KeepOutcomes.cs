using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Monitoring.Feedback;

/// <summary>
/// Takes outcomes, and answers when they are on the disk. Requests that come while another's transaction is at work gather,
/// and whoever gets the turn next writes for all of them.
/// </summary>
internal sealed class KeepOutcomes(IServiceScopeFactory scopes, WriteTurn turn, JoinSignal signal, TimeProvider time)
{
    private const string Insert =
        """monitoring_outcomes ("Hash", "Prediction", "Endpoint", "Key", "Outcome", "At", "WaitsUntil", "State", "Repeats")""";

    private const string SkipKnown = """on conflict ("Hash") do nothing returning "Hash" """;
    private const int MostInOne = 5000;

    private readonly Lock gate = new();
    private readonly Queue<Waiting> queue = new();

    public async Task<OutcomesView> RunAsync(IReadOnlyList<OutcomeRequest> outcomes, CancellationToken ct)
    {
        var monitors = await MonitorsAsync(ct);
        var now = time.GetUtcNow();
        var waiting = new Waiting(OutcomeBody.Each(outcomes, o => CheckOutcome.Run(o, monitors, now)));
        lock (gate)
        {
            queue.Enqueue(waiting);
        }

        using (await turn.TakeAsync(ct))
        {
            while (!waiting.Kept.Task.IsCompleted)
            {
                await WriteAsync(Take());
            }
        }

        signal.Raise();
        return await waiting.Kept.Task;
    }

    private async Task<IReadOnlyDictionary<EndpointName, MonitorSettings>> MonitorsAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope
            .ServiceProvider.GetRequiredService<MillraceDb>()
            .Set<MonitorRow>()
            .AsNoTracking()
            .ToDictionaryAsync(m => m.Endpoint, m => m.Settings, ct);
    }

    private List<Waiting> Take()
    {
        var taken = new List<Waiting>();
        var count = 0;
        lock (gate)
        {
            while (count < MostInOne && queue.TryDequeue(out var next))
            {
                taken.Add(next);
                count += next.Outcomes.Count;
            }
        }

        return taken;
    }

    /// <summary>Not to be stopped by one caller who goes away: it writes for others too.</summary>
    private async Task WriteAsync(List<Waiting> waiting)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<MillraceDb>();
            var views = await WriteAsync(db, waiting);
            for (var i = 0; i < waiting.Count; i++)
            {
                waiting[i].Kept.SetResult(views[i]);
            }
        }
        catch (Exception ex)
        {
            foreach (var one in waiting)
            {
                one.Kept.TrySetException(ex);
            }
        }
    }

    private static async Task<IReadOnlyList<OutcomesView>> WriteAsync(MillraceDb db, List<Waiting> waiting)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(CancellationToken.None);
        var repeats = new List<byte[]>();
        var first = new Dictionary<string, CheckedOutcome>(StringComparer.Ordinal);
        var owners = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < waiting.Count; i++)
        {
            foreach (var outcome in waiting[i].Outcomes)
            {
                var hash = Convert.ToHexString(outcome.Hash);
                if (first.TryAdd(hash, outcome))
                {
                    owners.Add(hash, i);
                }
                else
                {
                    repeats.Add(outcome.Hash);
                }
            }
        }

        var accepted = new int[waiting.Count];
        var known = first.Keys.ToHashSet(StringComparer.Ordinal);
        await db.InsertAsync(
            Insert,
            [.. first.Values.Select(Row)],
            SkipKnown,
            r =>
            {
                var hash = Convert.ToHexString(r.GetFieldValue<byte[]>(0));
                known.Remove(hash);
                accepted[owners[hash]]++;
            },
            CancellationToken.None
        );
        repeats.AddRange(known.Select(Convert.FromHexString));
        await CountRepeatsAsync(db, repeats);
        await transaction.CommitAsync(CancellationToken.None);
        return [.. waiting.Select((w, i) => new OutcomesView(accepted[i], w.Outcomes.Count - accepted[i]))];
    }

    /// <summary>Where it is known to whom an outcome belongs the repeat is counted there; else on the outcome, until it is.</summary>
    private static async Task CountRepeatsAsync(MillraceDb db, List<byte[]> repeats)
    {
        foreach (var same in repeats.GroupBy(Convert.ToHexString, StringComparer.Ordinal))
        {
            await db.ExecuteAsync(
                """
                insert into monitoring_counts ("Endpoint", "Joined", "Unknown", "Repeated")
                select coalesce("Endpoint", ''), 0, 0, @1 from monitoring_outcomes
                where "Hash" = @0 and "State" not in ('Arrived', 'Waiting')
                on conflict ("Endpoint") do update set "Repeated" = monitoring_counts."Repeated" + excluded."Repeated"
                """,
                [same.First(), (long)same.Count()],
                CancellationToken.None
            );
            await db.ExecuteAsync(
                """update monitoring_outcomes set "Repeats" = "Repeats" + @1 where "Hash" = @0 and "State" in ('Arrived', 'Waiting')""",
                [same.First(), (long)same.Count()],
                CancellationToken.None
            );
        }
    }

    private static object?[] Row(CheckedOutcome outcome) =>
        [
            outcome.Hash,
            outcome.Prediction?.ToString(),
            outcome.Endpoint?.Value,
            outcome.Key,
            outcome.Outcome,
            outcome.At,
            outcome.WaitsUntil,
            nameof(OutcomeState.Arrived),
            0L,
        ];

    private sealed record Waiting(IReadOnlyList<CheckedOutcome> Outcomes)
    {
        public TaskCompletionSource<OutcomesView> Kept { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
