using System.Text.Json;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Predictions;
using Millrace.Engine.Tables;

namespace Millrace.Monitoring.PredictionLog;

/// <summary>The newest predictions of an endpoint: from the log's end backwards, then from Parquet where that is not enough.</summary>
internal sealed class ListPredictions(FileLog log, LogFolder folder)
{
    private const int FilesAtOnce = 8;

    public IReadOnlyList<LoggedPrediction> Run(EndpointName endpoint, int limit, CancellationToken ct)
    {
        Limits.PageSize(limit);
        while (true)
        {
            try
            {
                var found = new List<LoggedPrediction>();
                var segments = folder.Segments();
                for (var i = segments.Count - 1; i >= 0 && found.Count < limit; i--)
                {
                    ReadSegment(segments[i], endpoint, limit, found);
                }

                if (found.Count < limit)
                {
                    ReadParquet(endpoint, segments.ToHashSet(), limit, found, ct);
                }

                return found;
            }
            catch (Exception ex) when (ex is FileNotFoundException or DirectoryNotFoundException)
            {
                // A segment became Parquet between listing and opening: what was read is thrown away, and read again.
                ct.ThrowIfCancellationRequested();
            }
        }
    }

    private void ReadSegment(long number, EndpointName endpoint, int limit, List<LoggedPrediction> found)
    {
        var path = folder.Segment(number);
        var end = log.AtWork is { } atWork && atWork.Number == number ? atWork.Length : SegmentReader.ValidLength(path);
        Span<byte> name = stackalloc byte[Name.MaxLength];
        name = name[..System.Text.Encoding.ASCII.GetBytes(endpoint.Value, name)];
        using var reader = new SegmentReader(path, end);
        while (found.Count < limit && reader.TryReadPrevious(out var record))
        {
            if (record.Endpoint.SequenceEqual(name))
            {
                found.Add(
                    new(
                        record.Id.ToString(),
                        DateTimeOffset.UnixEpoch.AddMicroseconds(record.At),
                        endpoint,
                        new(System.Text.Encoding.ASCII.GetString(record.Model)),
                        new(record.Version),
                        Parse(record.Inputs),
                        Parse(record.Output)
                    )
                );
            }
        }
    }

    private void ReadParquet(
        EndpointName endpoint,
        HashSet<long> live,
        int limit,
        List<LoggedPrediction> found,
        CancellationToken ct
    )
    {
        // A segment that is still there was read above: its Parquet files are not the truth yet.
        var files = folder.ParquetOf(endpoint).Where(f => !live.Contains(f.Number)).Reverse().ToList();
        if (files.Count == 0)
        {
            return;
        }

        using var duck = DuckSession.Open(Path.Combine(folder.Root, "spill"));
        duck.Execute("SET threads = 1", ct);
        foreach (var some in files.Select(f => f.Path).Chunk(FilesAtOnce))
        {
            found.AddRange(
                duck.Query(
                    CompactionSql.Newest(some, limit - found.Count),
                    r => new LoggedPrediction(
                        r.GetString(0),
                        DateTimeOffset.UnixEpoch.AddMicroseconds(r.GetInt64(1)),
                        new(r.GetString(2)),
                        new(r.GetString(3)),
                        new(r.GetInt32(4)),
                        Parse(r.GetString(5)),
                        Parse(r.GetString(6))
                    ),
                    ct
                )
            );
            if (found.Count >= limit)
            {
                return;
            }
        }
    }

    private static JsonElement Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        return JsonElement.ParseValue(ref reader);
    }

    private static JsonElement Parse(string json) => Parse(System.Text.Encoding.UTF8.GetBytes(json));
}
