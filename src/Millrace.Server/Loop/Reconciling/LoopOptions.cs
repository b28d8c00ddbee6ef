using System.ComponentModel.DataAnnotations;

namespace Millrace.Loop.Reconciling;

/// <summary>How loops are looked after. Section <c>Loop</c>.</summary>
internal sealed class LoopOptions
{
    /// <summary>How often the controller looks, beside being told.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:10:00")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(500);
}
