namespace Millrace.Api;

/// <summary>What a server says of itself.</summary>
/// <param name="Version">The version of the binary.</param>
/// <param name="Folder">Where its files lie.</param>
/// <param name="Database">sqlite or postgresql.</param>
/// <param name="WorkingSetBytes">Memory of the server's process, without its children.</param>
public sealed record ServerView(
    string Version,
    string Folder,
    string Database,
    DateTimeOffset StartedAt,
    int ProcessId,
    long WorkingSetBytes
);

/// <summary>One page of a longer list.</summary>
/// <param name="Total">How many there are in all.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, long Total);

/// <summary>One entry of the audit log: who did what to what, when and why.</summary>
/// <param name="Actor">A person's or a client's name, or "millrace" for the loop itself.</param>
/// <param name="Action">A verb in the past: ingested, trained, deployed.</param>
/// <param name="SubjectKind">One of <see cref="AuditKinds.All"/>.</param>
/// <param name="Subject">The name, with the version where there is one: movie-night v3.</param>
/// <param name="Reason">Why: the request's reason, or the evidence.</param>
/// <param name="Details">More, for machines.</param>
public sealed record AuditEntry(
    long Number,
    DateTimeOffset At,
    string Actor,
    string Action,
    string SubjectKind,
    string Subject,
    string Reason,
    IReadOnlyDictionary<string, string> Details
);

/// <summary>The kinds of things that the audit log tells of.</summary>
public static class AuditKinds
{
    public const string Dataset = "dataset";
    public const string Run = "run";
    public const string Model = "model";
    public const string Endpoint = "endpoint";
    public const string Loop = "loop";
    public const string Job = "job";
    public const string Alert = "alert";

    public static IReadOnlyList<string> All { get; } = [Dataset, Run, Model, Endpoint, Loop, Job, Alert];
}
