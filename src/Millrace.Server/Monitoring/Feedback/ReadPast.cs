using System.Text;
using Millrace.Core;
using Millrace.Engine.Predictions;
using Millrace.Engine.Tables;
using Millrace.Monitoring.PredictionLog;
using Millrace.Storage;

namespace Millrace.Monitoring.Feedback;

/// <summary>
/// Finds what an endpoint predicted before it was watched, as far as outcomes may still come for it: predictions that were
/// asked while its loop was applied are among them.
/// </summary>
internal sealed class ReadPast(ReadLog log, LogFolder folder, MillraceFolder root)
{
    private const int AtOnce = 1000;

    /// <param name="monitor">New: nothing of it was read yet.</param>
    /// <param name="upTo">From here on the joiner reads itself.</param>
    /// <param name="ct">Stops it.</param>
    public IEnumerable<IReadOnlyList<SlimPrediction>> Run(MonitorRow monitor, LogPosition upTo, CancellationToken ct)
    {
        var since = Micros.Of(monitor.DeclaredAt) - monitor.Within;
        var live = folder.Segments().ToHashSet();
        foreach (var some in Parquet(monitor.Endpoint, since, live, ct).Chunk(AtOnce))
        {
            yield return some;
        }

        var position = default(LogPosition);
        var isAtEnd = false;
        while (!isAtEnd)
        {
            var taken = new List<SlimPrediction>();
            var read = log.Run(
                position,
                AtOnce,
                (in record) =>
                {
                    if (
                        record.At >= since
                        && string.Equals(
                            Encoding.ASCII.GetString(record.Endpoint),
                            monitor.Endpoint.Value,
                            StringComparison.Ordinal
                        )
                    )
                    {
                        taken.Add(SlimPrediction.Of(record, monitor.Endpoint));
                    }
                },
                upTo
            );
            (position, isAtEnd) = (read.Position, read.IsAtEnd);
            yield return taken;
        }

        if (!live.IsSubsetOf(folder.Segments()))
        {
            throw new IOException("The prediction log was compacted while its past was read: it is read again.");
        }
    }

    /// <param name="live">Segments that are read themselves: their Parquet files are not the truth yet.</param>
    private IReadOnlyList<SlimPrediction> Parquet(
        EndpointName endpoint,
        long since,
        HashSet<long> live,
        CancellationToken ct
    )
    {
        var files = folder.ParquetOf(endpoint).Where(f => !live.Contains(f.Number)).Select(f => f.Path).ToList();
        if (files.Count == 0)
        {
            return [];
        }

        using var duck = DuckSession.Open(Path.Combine(root.Root, "spill"));
        duck.Execute("SET threads = 1", ct);
        return duck.Query(
            CompactionSql.Since(files, since),
            r => new SlimPrediction(
                r.GetString(0),
                new(new(r.GetString(2)), new(r.GetString(3)), new(r.GetInt32(4))),
                r.GetInt64(1),
                r.GetString(5),
                r.GetString(6)
            ),
            ct
        );
    }
}
