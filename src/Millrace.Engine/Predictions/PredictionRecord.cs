using Millrace.Core;

namespace Millrace.Engine.Predictions;

/// <summary>One prediction as the log keeps it. Its parts are views of a caller's buffer: it is written or read, never kept.</summary>
public readonly ref struct PredictionRecord
{
    public required PredictionId Id { get; init; }

    /// <summary>When it was asked, in microseconds since 1970 UTC.</summary>
    public required long At { get; init; }

    /// <summary>From the request's arrival to the finished output, before the log's own write.</summary>
    public required int LatencyMicroseconds { get; init; }

    public required int Version { get; init; }

    public required ReadOnlySpan<byte> Endpoint { get; init; }

    public required ReadOnlySpan<byte> Model { get; init; }

    /// <summary>A JSON object: the inputs by name.</summary>
    public required ReadOnlySpan<byte> Inputs { get; init; }

    /// <summary>A JSON object: what was answered.</summary>
    public required ReadOnlySpan<byte> Output { get; init; }
}
