using System.ComponentModel.DataAnnotations;

namespace Millrace.Monitoring.PredictionLog;

/// <summary>How predictions are kept. Section <c>Monitoring:PredictionLog</c>.</summary>
internal sealed class PredictionLogOptions
{
    /// <summary>A segment that has reached this size is closed, to become Parquet.</summary>
    [Range(1 << 10, 1 << 30)]
    public int SegmentBytes { get; init; } = 64 << 20;

    /// <summary>What may wait for the disk at once; predictions beyond it are refused.</summary>
    [Range(1 << 16, 1 << 30)]
    public int MaxWaitingBytes { get; init; } = 128 << 20;

    /// <summary>How often closed segments are looked for.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan CompactEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A segment as old as this is closed, however small.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan CompactAfter { get; init; } = TimeSpan.FromHours(6);
}
