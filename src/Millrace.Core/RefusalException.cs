namespace Millrace.Core;

/// <summary>The caller asked for something we will not do. Anything else that is thrown is our fault.</summary>
public class RefusalException(RefusalKind kind, string message) : Exception(message)
{
    public RefusalKind Kind { get; } = kind;
}
