using System.Text.Json;
using Millrace.Core;

namespace Millrace.Api;

/// <summary>Where a piece of work in a child process stands.</summary>
public enum JobState
{
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

/// <param name="Kind">ingest, train or evaluate.</param>
/// <param name="Subject">What it works on, for people.</param>
/// <param name="Done">0 to 1; null where the end is not known.</param>
/// <param name="Doing">What is going on, for a person.</param>
/// <param name="Error">Why it failed; null unless it did.</param>
/// <param name="Result">What came of it, by the kind of job; null until it succeeded.</param>
public sealed record JobView(
    JobId Id,
    string Kind,
    string Subject,
    JobState State,
    double? Done,
    string Doing,
    string? Error,
    JsonElement? Result,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt
)
{
    public bool IsOver => State is JobState.Succeeded or JobState.Failed or JobState.Cancelled;
}
