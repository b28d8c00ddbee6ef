using Millrace.Core;

namespace Millrace.Ui.Parts;

/// <summary>Where the loading of a screen stands. What was loaded once stays on the screen when a later look fails.</summary>
public sealed record Loaded<T>(T? Value, string? Error, bool IsMissing)
    where T : class
{
    public Loaded<T> Failed(Exception e) =>
        this with
        {
            Error = Show.Trouble(e),
            IsMissing = e is RefusalException { Kind: RefusalKind.NotFound },
        };
}

/// <summary>The states to begin with and to arrive at.</summary>
public static class Loaded
{
    public static Loaded<T> Nothing<T>()
        where T : class => new(null, null, false);

    public static Loaded<T> Ready<T>(T value)
        where T : class => new(value, null, false);
}
