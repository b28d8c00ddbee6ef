using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Millrace.Core;

namespace Millrace.Governance.Access;

/// <summary>The one place where a refusal becomes an HTTP answer (problem details, RFC 9457).</summary>
internal sealed partial class RefusalHandler(IProblemDetailsService problems, ILogger<RefusalHandler> logger)
    : IExceptionHandler
{
    private const string Described = "What it holds is described in /api/openapi.json.";
    private const string NoBody = "The request has no body: it is JSON, as described in /api/openapi.json.";

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
        var (status, detail) = Unbound(http, exception) switch
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

    /// <summary>
    /// What cannot be a name, an id or a number is refused by its own type, which knows what it should be; the framework only
    /// tells what our parameter is called.
    /// </summary>
    private static Exception Unbound(HttpContext http, Exception exception)
    {
        var at = http.Features.Get<IExceptionHandlerFeature>();
        if (
            exception is not BadHttpRequestException
            || at?.Endpoint?.Metadata.GetMetadata<MethodInfo>() is not { } method
        )
        {
            return exception;
        }

        foreach (var parameter in method.GetParameters())
        {
            var given = at.RouteValues?[parameter.Name!] as string ?? http.Request.Query[parameter.Name!].ToString();
            if (given.Length > 0 && Refused(parameter, given) is { } refusal)
            {
                return refusal;
            }
        }

        return exception;
    }

    private static RefusalException? Refused(ParameterInfo parameter, string given)
    {
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        var parse = type.GetMethod("Parse", [typeof(string), typeof(IFormatProvider)]);
        try
        {
            parse?.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [given, null], null);
            return null;
        }
        catch (RefusalException refusal)
        {
            return refusal;
        }
        catch (Exception ex) when (ex is FormatException or OverflowException)
        {
            return Refusal.Invalid($"{parameter.Name} '{given}' is not possible: give a whole number.");
        }
    }

    /// <summary>A body that cannot be read says why; the framework hides that in the inner exception, in words of its own.</summary>
    private static string Cause(BadHttpRequestException bad) =>
        bad.InnerException switch
        {
            RefusalException refusal => refusal.Message,
            JsonException json => InBody(json),
            _ when Says(bad, "no body was provided") => NoBody,
            _ => bad.Message,
        };

    private static string InBody(JsonException json)
    {
        var place = json.Path is null or "$" ? "" : $" at {json.Path}";
        return Says(json, "any JSON tokens") ? NoBody
            : Says(json, "missing required properties") ? $"The body{place} lacks {After(json, "including: ")}."
            : Says(json, "could not be mapped to any")
                ? $"The body has {json.Path}, which this request does not take. {Described}"
            : Says(json, "doesn't allow") ? $"The body must not be null{place}."
            : Says(json, "could not be converted") ? $"The body has what is of another type{place}. {Described}"
            : $"The body is no JSON from line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1} on.";
    }

    private static bool Says(Exception exception, string words) =>
        exception.Message.Contains(words, StringComparison.Ordinal);

    private static string After(JsonException json, string words) =>
        json.Message[(json.Message.IndexOf(words, StringComparison.Ordinal) + words.Length)..].TrimEnd('.');
}
