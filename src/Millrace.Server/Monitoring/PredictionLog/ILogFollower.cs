namespace Millrace.Monitoring.PredictionLog;

/// <summary>Reads the log's segments record by record, and needs each until it has read it.</summary>
internal interface ILogFollower
{
    /// <summary>Reads all that is there.</summary>
    /// <returns>The first segment that it may still have to read.</returns>
    Task<long> CatchUpAsync(CancellationToken ct);
}
