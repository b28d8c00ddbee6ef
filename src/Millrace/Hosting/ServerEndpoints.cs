using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Millrace.Api;
using Millrace.Storage;

namespace Millrace.Hosting;

internal static class ServerEndpoints
{
    public static void MapServer(this IEndpointRouteBuilder api) => api.MapGet("/server", Show).WithTags("Server");

    private static Ok<ServerView> Show(MillraceFolder folder, IConfiguration configuration)
    {
        using var process = Process.GetCurrentProcess();
        return TypedResults.Ok(
            new ServerView(
                MillraceServer.Version,
                folder.Root,
                string.IsNullOrEmpty(configuration["Storage:PostgreSql"]) ? "sqlite" : "postgresql",
                new DateTimeOffset(process.StartTime),
                process.Id,
                process.WorkingSet64
            )
        );
    }
}
