using System.Text;
using Millrace.Core;
using Millrace.Engine.Tables;
using Millrace.Engine.Work;

namespace Millrace.Engine.Predictions;

/// <summary>
/// Turns closed segments of the prediction log into Parquet, each exactly once whenever it is killed: the files of a segment
/// are named by it and renamed into place, and only then the segment is deleted. While it is there, it is the truth, and
/// whoever finds Parquet files of its name beside it leaves them alone; compacting it again writes the same.
/// </summary>
public static class CompactSegments
{
    public const string Kind = "compact-predictions";

    public const string Extension = ".parquet";

    public static Task<CompactionReport> RunAsync(CompactionSpec spec, IWorkSink sink, CancellationToken ct)
    {
        using var duck = DuckSession.Open(spec.Spill);
        duck.Execute(CompactionSql.Setup, ct);
        long predictions = 0;
        var files = 0;
        for (var i = 0; i < spec.Segments.Count; i++)
        {
            var segment = spec.Segments[i];
            sink.Progress((double)i / spec.Segments.Count, $"Compacting {Path.GetFileName(segment)}");
            predictions += Load(duck, segment, sink, ct);
            files += Write(duck, segment, spec.Output, ct);
            File.Delete(segment);
            duck.Execute(CompactionSql.Clear, ct);
        }

        return Task.FromResult(new CompactionReport(spec.Segments.Count, predictions, files));
    }

    private static long Load(DuckSession duck, string segment, IWorkSink sink, CancellationToken ct)
    {
        using var reader = new SegmentReader(segment, null);
        using var appender = duck.Connection.CreateAppender(CompactionSql.Table);
        long count = 0;
        while (reader.TryReadNext(out var record))
        {
            ct.ThrowIfCancellationRequested();
            appender
                .CreateRow()
                .AppendValue(record.Id.ToString())
                .AppendValue(record.At)
                .AppendValue(Text(record.Endpoint))
                .AppendValue(Text(record.Model))
                .AppendValue(record.Version)
                .AppendValue(record.LatencyMicroseconds)
                .AppendValue(Text(record.Inputs))
                .AppendValue(Text(record.Output))
                .EndRow();
            count++;
        }

        if (reader.After < reader.End)
        {
            // Never deleted unseen: a person can look at what could not be read.
            var aside = Path.ChangeExtension(segment, $".unreadable-at-{reader.After}");
            File.Copy(segment, aside, overwrite: true);
            sink.Log(
                $"{segment} cannot be read from byte {reader.After} to its end at {reader.End}: kept as {Path.GetFileName(aside)}."
            );
        }

        return count;
    }

    private static int Write(DuckSession duck, string segment, string output, CancellationToken ct)
    {
        var endpoints = duck.Query(CompactionSql.Endpoints, r => r.GetString(0), ct);
        foreach (var endpoint in endpoints)
        {
            var folder = Path.Combine(output, EndpointName.Parse(endpoint, null).Value);
            Directory.CreateDirectory(folder);
            var place = Path.Combine(folder, Path.GetFileNameWithoutExtension(segment) + Extension);
            var unfinished = place + ".tmp";
            duck.Execute(CompactionSql.Copy(endpoint, unfinished), ct);
            Durable.PublishFile(unfinished, place);
        }

        return endpoints.Count;
    }

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
