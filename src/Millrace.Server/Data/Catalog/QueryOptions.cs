using System.ComponentModel.DataAnnotations;

namespace Millrace.Data.Catalog;

/// <summary>What one query may use. Section <c>Data:Query</c>.</summary>
internal sealed class QueryOptions
{
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    [Range(64, 1 << 20)]
    public int MemoryMegabytes { get; init; } = 1024;

    /// <summary>No fewer than who names no limit asks for.</summary>
    [Range(1000, 1_000_000)]
    public int MaxRows { get; init; } = 10_000;
}
