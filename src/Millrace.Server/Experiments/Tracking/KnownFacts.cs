using System.Globalization;
using Millrace.Core;
using Millrace.Engine.Work;
using Millrace.Jobs;

namespace Millrace.Experiments.Tracking;

/// <summary>What a training has told of itself so far; null what it has not, or where it is not at work.</summary>
internal sealed record KnownFacts(string? RecipeHash, long? PeakMemoryBytes)
{
    public static KnownFacts Of(JobQueue queue, JobId job)
    {
        var facts = queue.Running.GetValueOrDefault(job)?.Facts;
        return new(
            facts?.GetValueOrDefault(WorkFacts.RecipeHash),
            facts?.GetValueOrDefault(WorkFacts.PeakMemoryBytes) is { } bytes
                ? long.Parse(bytes, CultureInfo.InvariantCulture)
                : null
        );
    }
}
