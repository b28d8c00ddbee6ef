using Millrace.Api;

namespace Millrace.Ui.Parts;

/// <summary>One card of a <see cref="FlowDiagram"/>.</summary>
/// <param name="Title">What it is: Dataset.</param>
/// <param name="Icon">Its picture.</param>
/// <param name="Headline">The latest number: 141,695 rows.</param>
public sealed record FlowNode(string Title, string Icon, string Headline)
{
    /// <summary>Null where the node is a fact and not a piece of work.</summary>
    public StageState? State { get; init; }

    /// <summary>What a node does that is not over when its work is done: it serves, it watches.</summary>
    public string? GoesOn { get; init; }

    public string Detail { get; init; } = "";

    public double? Done { get; init; }

    public string? Link { get; init; }

    public DateTimeOffset? At { get; init; }

    /// <summary>The node that the page is about.</summary>
    public bool IsHere { get; init; }

    public Standing? Standing =>
        State is not { } state ? null
        : state is StageState.Done && GoesOn is { } word ? Standing.Of(state) with { Text = word }
        : Standing.Of(state);
}
