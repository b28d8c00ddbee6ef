using Millrace.Core;

namespace Millrace.Cli;

/// <summary>What scripts can tell apart. Documented in docs/reference/cli.md.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>A fault: ours, or a server that cannot be reached.</summary>
    public const int Failed = 1;

    /// <summary>The command or its input is refused.</summary>
    public const int Refused = 2;

    public const int NotFound = 3;

    public const int Conflict = 4;

    /// <summary>No access token, or not the right one.</summary>
    public const int Denied = 5;

    /// <summary>Stopped with Ctrl+C.</summary>
    public const int Cancelled = 130;

    public static int Of(RefusalKind kind) =>
        kind switch
        {
            RefusalKind.NotFound => NotFound,
            RefusalKind.Conflict => Conflict,
            RefusalKind.Unauthenticated or RefusalKind.Forbidden => Denied,
            _ => Refused,
        };
}
