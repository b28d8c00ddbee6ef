using Millrace.Engine.Evidence;

namespace Millrace.Loop.Backtest;

/// <summary>What a backtest's child process reads.</summary>
public sealed record BacktestSpec
{
    /// <summary>The kind of work, by which the binary finds what does it.</summary>
    public const string Kind = "backtest";

    /// <summary>The loop, with variables substituted.</summary>
    public required string Yaml { get; init; }

    /// <summary>Absolute paths of the history's files.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>never, every:7d, harm.</summary>
    public required IReadOnlyList<string> Policies { get; init; }

    /// <summary>The first moment that is predicted; null: after the first half of the rows.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>The server's settings for harm; what the loop says of it goes before.</summary>
    public HarmOptions Harm { get; init; } = new();

    /// <summary>An empty folder; nothing in it outlives the job.</summary>
    public required string OutputFolder { get; init; }
}
