using Millrace.Engine.Predictions;

namespace Millrace.Monitoring.PredictionLog;

/// <summary>A place in the log: behind a record of a segment, or, with 0, before its first.</summary>
internal readonly record struct LogPosition(long Segment, long Offset)
{
    public bool IsBefore(LogPosition other) =>
        Segment < other.Segment || (Segment == other.Segment && Offset < other.Offset);
}

/// <param name="Position">Behind what was read.</param>
/// <param name="IsAtEnd">Nothing that was safe when the reading began lies beyond.</param>
/// <param name="IsClosed">At the end of a segment that gets no more records as long as this server runs.</param>
internal readonly record struct LogRead(LogPosition Position, bool IsAtEnd, bool IsClosed);

/// <summary>Reads the log onwards from any place, over as many segments as there are; only what is safe on the disk.</summary>
internal sealed class ReadLog(FileLog log, LogFolder folder)
{
    public delegate void Visit(in PredictionRecord record);

    /// <param name="place">Where an earlier reading ended; default for the beginning.</param>
    /// <param name="limit">How many records at most.</param>
    /// <param name="visit">Takes each; it must not keep it.</param>
    /// <param name="upTo">Where to end, though there is more; null for all that is safe.</param>
    public LogRead Run(LogPosition place, int limit, Visit visit, LogPosition? upTo = null)
    {
        while (true)
        {
            // First the list, then what is at work: what is in the list and not at work is closed.
            var segments = folder.Segments();
            var atWork = log.AtWork;
            if (!segments.Contains(place.Segment))
            {
                var next = segments.FirstOrDefault(s => s > place.Segment);
                if (next == 0)
                {
                    return new(place, IsAtEnd: true, IsClosed: true);
                }

                place = new(next, 0);
            }

            if (upTo is { } last && !place.IsBefore(last))
            {
                return new(place, IsAtEnd: true, IsClosed: false);
            }

            var isAtWork = atWork?.Number == place.Segment;
            if (isAtWork && place.Offset >= atWork!.Value.Length)
            {
                return new(place, IsAtEnd: true, IsClosed: false);
            }

            long? end =
                upTo?.Segment == place.Segment ? upTo.Value.Offset
                : isAtWork ? atWork!.Value.Length
                : null;
            (place, var isWhole) = Read(place, end, ref limit, visit);
            if (!isWhole)
            {
                return new(place, IsAtEnd: false, IsClosed: false);
            }

            if (isAtWork || segments[^1] == place.Segment)
            {
                return new(place, IsAtEnd: true, IsClosed: !isAtWork);
            }

            place = new(segments.First(s => s > place.Segment), 0);
        }
    }

    private (LogPosition Position, bool IsWhole) Read(LogPosition place, long? end, ref int limit, Visit visit)
    {
        using var reader = new SegmentReader(folder.Segment(place.Segment), end, place.Offset);
        while (limit > 0)
        {
            if (!reader.TryReadNext(out var record))
            {
                return (place with { Offset = reader.After }, true);
            }

            visit(record);
            limit--;
        }

        return (place with { Offset = reader.After }, false);
    }
}
