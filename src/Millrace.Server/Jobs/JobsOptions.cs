using System.ComponentModel.DataAnnotations;

namespace Millrace.Jobs;

/// <summary>How work is run in child processes. Section <c>Jobs</c>.</summary>
internal sealed class JobsOptions
{
    /// <summary>How many children work at once; the rest wait in line.</summary>
    [Range(1, 64)]
    public int MaxConcurrent { get; init; } = Math.Clamp(Environment.ProcessorCount / 2, 1, 8);

    /// <summary>How often a job is started again after its server was killed, before it counts as failed.</summary>
    [Range(1, 20)]
    public int MaxAttempts { get; init; } = 3;

    /// <summary>How long a cancelled child may take to stop by itself before it is killed.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);
}
