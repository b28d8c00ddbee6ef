using Millrace.Core;

namespace Millrace.Engine.Declarations;

/// <summary>
/// A loop file says something that cannot be done. The message starts with the place, <c>loop.yaml:12:7: …</c>,
/// so that terminals and editors make it a link.
/// </summary>
#pragma warning disable RCS1194 // A problem without a place would be of no use.
public sealed class DeclarationException : RefusalException
{
    /// <summary>What a loop's file is called where only its text is known.</summary>
    public const string FileName = "loop.yaml";

    public DeclarationException(string problem, Position at)
        : base(RefusalKind.Invalid, Placed(problem, at))
    {
        Problem = problem;
        At = at;
    }

    public DeclarationException(string problem, int line, int column)
        : this(problem, new Position(line, column)) { }

    /// <summary>The message without the place.</summary>
    public string Problem { get; }

    public Position At { get; }

    private static string Placed(string problem, Position at) =>
        at.IsKnown ? FormattableString.Invariant($"{FileName}:{at.Line}:{at.Column}: {problem}") : problem;
}
