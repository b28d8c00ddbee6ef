namespace Millrace.Core;

/// <summary>Makes refusals. A message names the thing and the remedy.</summary>
public static class Refusal
{
    public static RefusalException NotFound(string message) => new(RefusalKind.NotFound, message);

    public static RefusalException Conflict(string message) => new(RefusalKind.Conflict, message);

    public static RefusalException Invalid(string message) => new(RefusalKind.Invalid, message);

    public static RefusalException Unauthenticated(string message) => new(RefusalKind.Unauthenticated, message);

    public static RefusalException Forbidden(string message) => new(RefusalKind.Forbidden, message);

    public static RefusalException Exhausted(string message) => new(RefusalKind.Exhausted, message);
}
