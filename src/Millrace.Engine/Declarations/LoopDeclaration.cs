using Millrace.Core;

namespace Millrace.Engine.Declarations;

/// <summary>A loop.yaml, read and checked. What the file leaves out has its default here.</summary>
public sealed record LoopDeclaration
{
    public required LoopName Loop { get; init; }

    public string Description { get; init; } = "";

    public string Owner { get; init; } = "";

    public IReadOnlyDictionary<string, string> Tags { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    public required DataDeclaration Data { get; init; }

    public required ModelDeclaration Model { get; init; }

    public IReadOnlyList<GateDeclaration> Gates { get; init; } = [];

    /// <summary>Null where the loop stops at a registered, gated model version.</summary>
    public DeployDeclaration? Deploy { get; init; }

    /// <summary>Null where outcomes are not watched.</summary>
    public MonitorDeclaration? Monitor { get; init; }

    /// <summary>Null where only a person retrains.</summary>
    public RetrainDeclaration? Retrain { get; init; }
}
