namespace Millrace.Engine.Predictions;

/// <summary>What the child is told that compacts the prediction log.</summary>
public sealed record CompactionSpec
{
    /// <summary>Closed segments, oldest first. Each is deleted once its Parquet files are there.</summary>
    public required IReadOnlyList<string> Segments { get; init; }

    /// <summary>Gets a folder for each endpoint.</summary>
    public required string Output { get; init; }

    /// <summary>Where larger-than-memory work goes.</summary>
    public required string Spill { get; init; }
}

public sealed record CompactionReport(int Segments, long Predictions, int Files);
