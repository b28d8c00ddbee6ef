namespace Millrace.Jobs;

/// <summary>One line that a child writes on its standard output. Exactly one of the members is set.</summary>
public sealed record WorkEvent
{
    public WorkProgress? Progress { get; init; }

    public WorkMeasure? Metric { get; init; }

    public string? Log { get; init; }

    public WorkFact? Fact { get; init; }

    /// <summary>The work is refused: the caller's affair, not a crash.</summary>
    public string? Refused { get; init; }
}

public sealed record WorkProgress(double? Done, string Doing);

public sealed record WorkMeasure(string Key, double Value, long Step);

public sealed record WorkFact(string Key, string Value);
