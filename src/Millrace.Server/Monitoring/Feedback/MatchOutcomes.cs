using System.Data.Common;
using Millrace.Storage;

namespace Millrace.Monitoring.Feedback;

/// <summary>An outcome beside the prediction that it belongs to; null where there is none (yet).</summary>
internal sealed record Match(
    long Number,
    string? Endpoint,
    string Outcome,
    long At,
    long WaitsUntil,
    long Repeats,
    SlimPrediction? Prediction
);

/// <summary>
/// Finds the prediction of each outcome: the one it names, or the newest for its key at or before its time and within the
/// window.
/// </summary>
internal sealed class MatchOutcomes(MillraceDb db)
{
    private const int AtOnce = 500;

    private const string Select = """
        select o."Number", o."Endpoint", o."Outcome", o."At", o."WaitsUntil", o."Repeats", coalesce(o."Prediction", (
            select q."Id" from monitoring_predictions q
            where q."Endpoint" = o."Endpoint" and q."Key" = o."Key"
                and q."At" <= o."At" and q."At" >= o."At" - m."Within"
            order by q."At" desc, q."Id" desc limit 1))
        from monitoring_outcomes o left join monitoring_monitors m on m."Endpoint" = o."Endpoint"
        """;

    /// <summary>Outcomes that arrived, oldest first.</summary>
    public Task<IReadOnlyList<Match>> ArrivedAsync(long after, long upTo, int limit, CancellationToken ct) =>
        RunAsync(
            $"""{Select} where o."Number" > @0 and o."Number" <= @1 order by o."Number" limit @2""",
            [after, upTo, limit],
            ct
        );

    /// <summary>Waiting outcomes that one of these predictions may be what they wait for.</summary>
    public async Task<IReadOnlyList<Match>> WaitingAsync(
        IReadOnlyList<SlimPrediction> predictions,
        CancellationToken ct
    )
    {
        var numbers = new SortedSet<long>();
        foreach (var ids in predictions.Select(p => p.Id).Chunk(AtOnce))
        {
            await db.ReadAsync(
                $"""select "Number" from monitoring_outcomes where "State" = 'Waiting' and "Prediction" in ({WriteRows.List(0, ids.Length)})""",
                r => numbers.Add(r.GetInt64(0)),
                ids,
                ct
            );
        }

        foreach (var endpoint in predictions.Where(p => p.Key is not null).GroupBy(p => p.Served.Endpoint))
        {
            foreach (var keys in endpoint.Select(p => p.Key).Distinct(StringComparer.Ordinal).Chunk(AtOnce))
            {
                await db.ReadAsync(
                    $"""select "Number" from monitoring_outcomes where "State" = 'Waiting' and "Endpoint" = @0 and "Key" in ({WriteRows.List(1, keys.Length)})""",
                    r => numbers.Add(r.GetInt64(0)),
                    [endpoint.Key.Value, .. keys],
                    ct
                );
            }
        }

        var matches = new List<Match>();
        foreach (var some in numbers.Chunk(AtOnce))
        {
            matches.AddRange(
                await RunAsync(
                    $"""{Select} where o."Number" in ({WriteRows.List(0, some.Length)}) order by o."Number" """,
                    [.. some.Cast<object?>()],
                    ct
                )
            );
        }

        return [.. matches.Where(m => m.Prediction is not null)];
    }

    private async Task<IReadOnlyList<Match>> RunAsync(string sql, object?[] values, CancellationToken ct)
    {
        var found = new List<(Match Match, string? Id)>();
        await db.ReadAsync(
            sql,
            r =>
                found.Add(
                    (
                        new(
                            r.GetInt64(0),
                            Text(r, 1),
                            r.GetString(2),
                            r.GetInt64(3),
                            r.GetInt64(4),
                            r.GetInt64(5),
                            null
                        ),
                        Text(r, 6)
                    )
                ),
            values,
            ct
        );
        var predictions = await PredictionsAsync(found.Select(f => f.Id).OfType<string>(), ct);
        return
        [
            .. found.Select(f =>
                f.Match with
                {
                    Prediction = f.Id is null ? null : predictions.GetValueOrDefault(f.Id),
                }
            ),
        ];
    }

    private async Task<Dictionary<string, SlimPrediction>> PredictionsAsync(
        IEnumerable<string> ids,
        CancellationToken ct
    )
    {
        var found = new Dictionary<string, SlimPrediction>(StringComparer.Ordinal);
        foreach (var some in ids.Distinct(StringComparer.Ordinal).Chunk(AtOnce))
        {
            await db.ReadAsync(
                $"""select "Id", "Endpoint", "At", "Model", "Version", "Inputs", "Output", "IsTold" from monitoring_predictions where "Id" in ({WriteRows.List(0, some.Length)})""",
                r =>
                    found[r.GetString(0)] = new(
                        r.GetString(0),
                        new(new(r.GetString(1)), new(r.GetString(3)), new(r.GetInt32(4))),
                        r.GetInt64(2),
                        r.GetString(5),
                        r.GetString(6)
                    )
                    {
                        IsTold = r.GetBoolean(7),
                    },
                some,
                ct
            );
        }

        return found;
    }

    private static string? Text(DbDataReader row, int index) => row.IsDBNull(index) ? null : row.GetString(index);
}
