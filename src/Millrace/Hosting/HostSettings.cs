using System.Net;
using Millrace.Core;

namespace Millrace.Hosting;

/// <summary>How a server is started; what the options and variables of the command line come to.</summary>
public sealed record HostSettings
{
    public const int DefaultPort = 5320;

    /// <summary>The root folder; made where it does not exist.</summary>
    public required string Folder { get; init; }

    /// <summary>The address to listen on, with port 0 for any free one.</summary>
    public Uri Address { get; init; } = new($"http://127.0.0.1:{DefaultPort}");

    /// <summary>The access token; empty for none.</summary>
    public string Token { get; init; } = "";

    /// <summary>Further settings by section: "Jobs:MaxConcurrent".</summary>
    public IReadOnlyDictionary<string, string?> Configuration { get; init; } =
        new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>False inside a verb: what it prints is its own.</summary>
    public bool LogToConsole { get; init; } = true;

    /// <summary>True inside a verb: other verbs may use it meanwhile, and it does not end under them.</summary>
    public bool HasGuests { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Refuses to be reachable from other machines without an access token.</summary>
    public void Check()
    {
        var loopback = Address.IsLoopback || (IPAddress.TryParse(Address.Host, out var ip) && IPAddress.IsLoopback(ip));
        if (!loopback && Token.Length == 0)
        {
            throw Refusal.Invalid(
                $"{Address.Host} can be reached from other machines: set an access token first (--token, or MILLRACE_TOKEN), or listen on 127.0.0.1."
            );
        }
    }
}
