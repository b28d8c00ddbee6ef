using System.ComponentModel.DataAnnotations;

namespace Millrace.Monitoring.Feedback;

/// <summary>How outcomes are taken and joined. Section <c>Monitoring:Feedback</c>.</summary>
internal sealed class FeedbackOptions
{
    /// <summary>The largest body of outcomes.</summary>
    [Range(1 << 10, 1 << 28)]
    public int MaxBodyBytes { get; init; } = 8 << 20;

    /// <summary>How often the joiner looks for predictions where no outcome wakes it.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How many predictions or outcomes one transaction takes.</summary>
    [Range(1, 100_000)]
    public int BatchSize { get; init; } = 1000;

    /// <summary>How long after the window has closed an outcome of it may still be told.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan Late { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long joined predictions are kept, for retraining and for questions.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "36500.00:00:00")]
    public TimeSpan KeepJoined { get; init; } = TimeSpan.FromDays(365);

    /// <summary>The mean number of outcomes between two false alarms is at least this.</summary>
    [Range(100, 1e12)]
    public double RunLength { get; init; } = 1e6;

    /// <summary>How many outcomes say what is normal for a version, which is watched from the first on.</summary>
    [Range(10, 1_000_000)]
    public int Reference { get; init; } = 500;
}
