using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Governance.Access;

/// <summary>
/// Lets a request in: with the access token where one is set (as a bearer token, or as the session cookie that the
/// login page gives for it); without one only from this machine, for a Host that is this machine, and not from the page of
/// another site (DNS rebinding and cross-site requests would otherwise reach a server on loopback).
/// </summary>
internal sealed class AccessGuard(RequestDelegate next, IOptions<AccessOptions> options)
{
    public const string Cookie = "millrace_session";

    private readonly string token = options.Value.Token;

    /// <summary>What the cookie holds: proof of the token, not the token.</summary>
    public static string Session(string token) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(token), "millrace-session"u8));

    public static bool Same(string? given, string wanted) =>
        given is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(wanted));

    public async Task InvokeAsync(HttpContext http, Actor actor)
    {
        actor.Name = ActorOf(http);
        if (token.Length == 0)
        {
            DemandThisMachine(http);
        }
        else if (!IsPublic(http.Request.Path) && !HasToken(http))
        {
            if (
                HttpMethods.IsGet(http.Request.Method)
                && http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal)
            )
            {
                http.Response.Redirect(
                    $"/login?next={Uri.EscapeDataString(http.Request.Path + http.Request.QueryString)}"
                );
                return;
            }

            http.Response.Headers.WWWAuthenticate = "Bearer";
            throw Refusal.Unauthenticated(
                "This server demands its access token: send 'Authorization: Bearer <token>', or set MILLRACE_TOKEN for the command line."
            );
        }

        DemandSameSite(http.Request);
        await next(http);
    }

    private bool HasToken(HttpContext http)
    {
        var bearer = http.Request.Headers.Authorization.ToString();
        return bearer.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? Same(bearer["Bearer ".Length..].Trim(), token)
            : Same(http.Request.Cookies[Cookie], Session(token));
    }

    /// <summary>The login page and the stylesheets and fonts that it is drawn with.</summary>
    private static bool IsPublic(PathString path) =>
        path.StartsWithSegments("/login", StringComparison.Ordinal)
        || path.StartsWithSegments("/_content", StringComparison.Ordinal);

    private static void DemandThisMachine(HttpContext http)
    {
        var host = http.Request.Host.Host;
        if (
            http.Connection.RemoteIpAddress is { } from && !IPAddress.IsLoopback(from)
            || !(
                host is "localhost"
                || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))
            )
        )
        {
            throw Refusal.Forbidden(
                "Without an access token this server answers its own machine only: set one with --token."
            );
        }
    }

    private static void DemandSameSite(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        {
            return;
        }

        var origin = request.Headers.Origin.ToString();
        if (
            origin.Length > 0
            && !(
                Uri.TryCreate(origin, UriKind.Absolute, out var uri)
                && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)
            )
        )
        {
            throw Refusal.Forbidden($"A page of {origin} may not change anything here.");
        }
    }

    private static string ActorOf(HttpContext http)
    {
        var said = http.Request.Headers[MillraceClient.ActorHeader].ToString();
        return said.Length switch
        {
            0 => "api",
            <= 100 => said,
            _ => throw Refusal.Invalid(
                $"The header {MillraceClient.ActorHeader} holds a name of at most 100 characters."
            ),
        };
    }
}
