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

    public string Detail { get; init; } = "";

    public double? Done { get; init; }

    public string? Link { get; init; }

    public DateTimeOffset? At { get; init; }

    /// <summary>The node that the page is about.</summary>
    public bool IsHere { get; init; }
}
