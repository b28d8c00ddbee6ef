using System.Globalization;
using Millrace.Core;
using Millrace.Engine.Predictions;
using Millrace.Storage;

namespace Millrace.Monitoring.PredictionLog;

/// <summary>
/// The files of the prediction log: segments by rising number, and the Parquet files that each was compacted to, named by
/// the segment. A segment that is still there is the truth, and its Parquet files are not.
/// </summary>
internal sealed class LogFolder(MillraceFolder folder)
{
    public string Root { get; } = folder.PredictionLog;

    public string Parquet { get; } = folder.Predictions;

    public string Segment(long number) => Path.Combine(Root, Name(number) + SegmentFormat.Extension);

    /// <summary>The numbers of all segments, oldest first.</summary>
    public IReadOnlyList<long> Segments() =>
        [.. Numbers(Root, SegmentFormat.Extension, SearchOption.TopDirectoryOnly).Order()];

    /// <summary>The Parquet files of one endpoint by the number of their segment, oldest first.</summary>
    public IReadOnlyList<(long Number, string Path)> ParquetOf(EndpointName endpoint)
    {
        var own = Path.Combine(Parquet, endpoint.Value);
        return
        [
            .. Numbers(own, CompactSegments.Extension, SearchOption.TopDirectoryOnly)
                .Order()
                .Select(n => (n, Path.Combine(own, Name(n) + CompactSegments.Extension))),
        ];
    }

    /// <summary>A number that no segment ever had.</summary>
    public long NextNumber() =>
        1
        + Numbers(Root, SegmentFormat.Extension, SearchOption.TopDirectoryOnly)
            .Concat(Numbers(Parquet, CompactSegments.Extension, SearchOption.AllDirectories))
            .DefaultIfEmpty(0)
            .Max();

    private static string Name(long number) => number.ToString("d12", CultureInfo.InvariantCulture);

    private static IEnumerable<long> Numbers(string folder, string extension, SearchOption how) =>
        Directory.Exists(folder)
            ? Directory
                .EnumerateFiles(folder, "*" + extension, how)
                .Select(f => Path.GetFileNameWithoutExtension(f))
                .Where(n => n.Length == 12 && n.All(char.IsAsciiDigit))
                .Select(n => long.Parse(n, CultureInfo.InvariantCulture))
            : [];
}
