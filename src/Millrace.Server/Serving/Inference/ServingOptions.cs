using System.ComponentModel.DataAnnotations;

namespace Millrace.Serving.Inference;

/// <summary>What one request may ask for. Section <c>Serving</c>.</summary>
internal sealed class ServingOptions
{
    /// <summary>The longest body of one prediction.</summary>
    [Range(1 << 10, 1 << 26)]
    public int MaxBodyBytes { get; init; } = 1 << 20;

    /// <summary>The longest body of a batch.</summary>
    [Range(1 << 10, 1 << 28)]
    public int MaxBatchBytes { get; init; } = 16 << 20;

    /// <summary>The most rows of a batch.</summary>
    [Range(1, 100_000)]
    public int MaxBatchRows { get; init; } = 1000;

    /// <summary>How many versions that are deployed nowhere stay in memory because someone asked them by number.</summary>
    [Range(1, 100)]
    public int MaxOtherVersions { get; init; } = 4;
}
