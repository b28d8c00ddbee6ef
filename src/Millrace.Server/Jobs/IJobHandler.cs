using System.Text.Json;

namespace Millrace.Jobs;

/// <summary>
/// What a feature does with its own kind of work. Every call may come twice, after a kill at any instant, and must then do
/// nothing more than the first time did.
/// </summary>
internal interface IJobHandler
{
    string Kind { get; }

    /// <summary>The child was started.</summary>
    Task StartedAsync(JobRow job, CancellationToken ct);

    /// <summary>Metrics that the child has reported since the last call.</summary>
    Task MeasuredAsync(JobRow job, IReadOnlyList<WorkMetric> metrics, CancellationToken ct);

    /// <summary>Moves the finished output into place and records it.</summary>
    /// <param name="job">The job.</param>
    /// <param name="report">What the child reported.</param>
    /// <param name="output">The folder that it wrote.</param>
    /// <param name="ct">Stops the commit; it is then done again.</param>
    /// <returns>The job's result, for who asked.</returns>
    Task<object> CommitAsync(JobRow job, JsonElement report, string output, CancellationToken ct);

    /// <param name="job">The job.</param>
    /// <param name="error">Why, for a person; null where it was cancelled.</param>
    /// <param name="ct">Stops the call; it is then done again.</param>
    Task EndedWithoutResultAsync(JobRow job, string? error, CancellationToken ct);
}

/// <summary>One point of a metric, from a child.</summary>
internal sealed record WorkMetric(string Key, double Value, long Step, DateTimeOffset At);
