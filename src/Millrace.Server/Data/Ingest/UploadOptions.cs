using System.ComponentModel.DataAnnotations;

namespace Millrace.Data.Ingest;

/// <summary>Files sent by clients on other machines. Section <c>Data:Uploads</c>.</summary>
internal sealed class UploadOptions
{
    /// <summary>The largest file that is taken, in bytes.</summary>
    [Range(1, long.MaxValue)]
    public long MaxBytes { get; init; } = 16L << 30;

    /// <summary>How long a file that nobody ingests is kept.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan Keep { get; init; } = TimeSpan.FromDays(1);
}
