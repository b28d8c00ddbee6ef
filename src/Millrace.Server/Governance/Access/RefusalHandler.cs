using Microsoft.AspNetCore.Diagnostics;
using Millrace.Core;

namespace Millrace.Governance.Access;

/// <summary>The one place where a refusal becomes an HTTP answer (problem details, RFC 9457).</summary>
internal sealed partial class RefusalHandler(IProblemDetailsService problems, ILogger<RefusalHandler> logger)
    : IExceptionHandler
{
    public static int StatusOf(RefusalKind kind) =>
        kind switch
        {
            RefusalKind.NotFound => StatusCodes.Status404NotFound,
            RefusalKind.Conflict => StatusCodes.Status409Conflict,
            RefusalKind.Invalid => StatusCodes.Status400BadRequest,
            RefusalKind.Unauthenticated => StatusCodes.Status401Unauthorized,
            RefusalKind.Forbidden => StatusCodes.Status403Forbidden,
            RefusalKind.Exhausted => StatusCodes.Status429TooManyRequests,
            _ => StatusCodes.Status500InternalServerError,
        };

    public ValueTask<bool> TryHandleAsync(HttpContext http, Exception exception, CancellationToken ct)
    {
        var (status, detail) = exception switch
        {
            RefusalException refusal => (StatusOf(refusal.Kind), refusal.Message),
            BadHttpRequestException bad => (bad.StatusCode, Cause(bad)),
            _ => (0, ""),
        };
        if (status == 0)
        {
            // The framework's own line is silenced, because it logs refusals too.
            LogFault(exception, http.Request.Method, http.Request.Path);
            return ValueTask.FromResult(false);
        }

        http.Response.StatusCode = status;
        return problems.TryWriteAsync(
            new() { HttpContext = http, ProblemDetails = { Status = status, Detail = detail } }
        );
    }

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed")]
    private partial void LogFault(Exception fault, string method, string path);

    /// <summary>A body that cannot be read says why; the framework hides that in the inner exception.</summary>
    private static string Cause(BadHttpRequestException bad) =>
        bad.InnerException is RefusalException or System.Text.Json.JsonException
            ? $"{bad.Message} {bad.InnerException.Message}"
            : bad.Message;
}
