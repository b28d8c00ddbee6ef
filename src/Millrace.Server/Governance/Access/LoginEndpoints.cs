using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Millrace.Governance.Access;

internal static class LoginEndpoints
{
    /// <summary>The form of the login page posts here.</summary>
    public static void MapLogin(this IEndpointRouteBuilder app) =>
        app.MapPost("/login", SignIn).DisableAntiforgery().ExcludeFromDescription();

    private static RedirectHttpResult SignIn(
        HttpContext http,
        IOptions<AccessOptions> options,
        [FromForm] string token,
        [FromForm] string? next
    )
    {
        // A path of this site only: "//elsewhere" would leave it.
        var target = next is ['/', not ('/' or '\\'), ..] ? next : "/";
        if (options.Value.Token.Length > 0 && !AccessGuard.Same(token.Trim(), options.Value.Token))
        {
            return TypedResults.Redirect($"/login?failed=true&next={Uri.EscapeDataString(target)}");
        }

        http.Response.Cookies.Append(
            AccessGuard.Cookie,
            AccessGuard.Session(options.Value.Token),
            new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                Secure = http.Request.IsHttps,
                IsEssential = true,
            }
        );
        return TypedResults.Redirect(target);
    }
}
